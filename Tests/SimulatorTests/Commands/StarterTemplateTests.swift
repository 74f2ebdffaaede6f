import CostModel
import Foundation
import Support
import Testing

@testable import Analysis
@testable import Scenarios
@testable import costsim

/// What `init --like` writes runs, and its bill is the one of docs/recipes.
@Suite struct StarterTemplateTests {
  private func made(_ options: [String]) throws -> ScenarioFolder {
    let folder = try ScenarioFolder()
    let outcome = try Program.run(["init", folder.path("my-co")] + options)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return folder
  }

  private func bill(_ folder: ScenarioFolder) throws -> (Scenario, Double) {
    let scenario = try ScenarioReader.read(path: folder.path("my-co/scenario.yaml"))
    let plan = try #require(scenario.plans.first)
    return (scenario, ExpectedCost(scenario: scenario, plan: plan).total)
  }

  /// A conversation whose sizes and gaps do not vary, by hand. In µ$ and seconds.
  private struct Talk {
    var prefix = 0.0
    var turns = 0
    var user = 0.0
    var answer = 0.0
    /// From the start of a turn's last call to the next turn's first.
    var gap = 0.0
    /// Of a call.
    var latency = 0.0
    var steps = 0
    var call = 0.0
    var result = 0.0
    /// From the start of a call to that of the next of the same turn.
    var toolGap = 0.0
    /// How long the provider keeps what is read or written.
    var kept = 300.0
    var conversations = 0.0
    /// A token that is read, that is written, and of output.
    var prices = (read: 0.0, write: 0.0, output: 0.0)

    /// Dollars of all of them.
    ///
    /// Every call but a conversation's first reads the whole prompt before it and writes what is new. The
    /// first one reads the prefix if some other conversation has kept it: the calls of one keep it from
    /// its start until `kept` after its last call, less the time until its first call has ended. In an
    /// hour with λ conversations a second that is 1 − e^(−λ·span)·(1 + λ·latency).
    func cost() -> Double {
      var prompt = prefix + user
      var (before, read, written, output, span) = (0.0, 0.0, 0.0, 0.0, kept)
      for turn in 0..<turns {
        for step in 0...steps {
          if before > 0 {
            read += before
            written += prompt - before
          } else {
            written += user
          }
          before = prompt
          let isLast = step == steps
          output += isLast ? answer : call
          prompt += isLast ? answer + user : call + result
          if isLast { span += turn + 1 < turns ? gap : 0 } else { span += toolGap }
        }
      }
      let warm = Self.warm(conversations, span, latency)
      read += warm * prefix
      written += (1 - warm) * prefix
      return conversations * (read * prices.read + written * prices.write + output * prices.output)
        / 1e6
    }

    /// December 2026 begins on a Tuesday; the templates' hours and weekdays.
    private static func warm(_ conversations: Double, _ span: Double, _ latency: Double) -> Double {
      let hours: [Double] = [
        1, 1, 1, 1, 1, 1, 2, 4, 8, 9, 9, 8, 7, 8, 9, 9, 8, 6, 5, 5, 4, 3, 2, 1,
      ]
      let days = (0..<31).map { (1 + $0) % 7 >= 5 ? 0.3 : 1 }
      let slots = days.flatMap { day in hours.map { day * $0 } }
      let all = slots.reduce(0, +)
      return slots.reduce(0) { sum, slot in
        let rate = conversations * slot / all / 3_600
        return sum + slot / all * (1 - exp(-rate * span) * (1 + rate * latency))
      }
    }
  }

  /// 1,000 users have 12 conversations of 5 messages.
  @Test func saasChat() throws {
    let (scenario, bill) = try bill(made(["--like", "saas-chat"]))
    let talk = Talk(
      prefix: 1_200, turns: 5, user: 150, answer: 350, gap: 65, latency: 5, conversations: 12_000,
      prices: (0.10, 2.50, 10))
    #expect((bill - talk.cost()).magnitude < 1e-6 * bill, "\(bill) is not \(talk.cost())")
    #expect(scenario.name == "my-co")
  }

  /// 2,500 conversations of 4 questions; for each of these 50 tokens at $0.02 a million are embedded, and
  /// one search of $0.002 sorts what is found.
  @Test func supportBot() throws {
    let (_, bill) = try bill(made(["--like", "support-bot"]))
    let talk = Talk(
      prefix: 2_200, turns: 4, user: 3_050, answer: 250, gap: 93, latency: 3, conversations: 2_500,
      prices: (0.01, 0.125, 0.50))
    let hand = talk.cost() + 10_000 * (50 * 0.02e-6 + 0.002)
    #expect((bill - hand).magnitude < 1e-6 * bill, "\(bill) is not \(hand)")
  }

  /// 2,000 tasks of 5 messages, each of which takes 6 tool steps and an answer: 35 calls.
  @Test func codingAgent() throws {
    let (_, bill) = try bill(made(["--like", "coding-agent"]))
    let talk = Talk(
      prefix: 14_300, turns: 5, user: 150, answer: 400, gap: 186, latency: 6, steps: 6, call: 90,
      result: 900, toolGap: 26, conversations: 2_000, prices: (0.20, 5, 20))
    #expect((bill - talk.cost()).magnitude < 1e-6 * bill, "\(bill) is not \(talk.cost())")
  }

  /// 4,000 phone calls of 8 exchanges: 6 s of $0.27 an hour are heard, 180 characters of $40 a million are
  /// read out. The provider keeps prompts for half an hour.
  @Test func voice() throws {
    let (_, bill) = try bill(made(["--like", "voice"]))
    let talk = Talk(
      prefix: 1_500, turns: 8, user: 30, answer: 45, gap: 15, latency: 1, kept: 1_800,
      conversations: 4_000, prices: (0.01, 0.125, 0.50))
    let hand = talk.cost() + 32_000 * (6 * 0.27 / 3_600 + 180 * 40e-6)
    #expect((bill - hand).magnitude < 1e-6 * bill, "\(bill) is not \(hand)")
  }

  /// 6,000 documents in batches: 8 pages of $0.002, 5,300 tokens of $0.05 a million and 400 of $0.25:
  /// 6,000 · ($0.016 + $0.000265 + $0.0001) = $98.19.
  @Test func documents() throws {
    let (_, bill) = try bill(made(["--like", "documents"]))
    #expect((bill - 98.19).magnitude < 1e-9)
  }

  /// Numbers of one's own stand everywhere that the template has them, also in what it assumes; 20
  /// conversations of 3 messages are 60 searches.
  @Test func numbersAreTaken() throws {
    let folder = try made([
      "--like", "support-bot", "--users", "300", "--conversations", "20", "--turns", "3", "--input",
      "900", "--output", "100", "--seat-price", "$12.50", "--budget", "$1,500",
    ])
    let (scenario, _) = try bill(folder)
    #expect(scenario.plans.map(\.users) == [300])
    #expect(scenario.workloads.map(\.volume) == [20, 60])
    let level = try #require(scenario.workloads[0].conversation?.levels.first)
    #expect(level.turns == .drawn(.fixed(3)))
    #expect(level.user == .fixed(900) && level.answer == .fixed(100))
    #expect(scenario.budget?.amount == MoneySum(dollars: 1_500))
    let text = try String(contentsOfFile: folder.path("my-co/scenario.yaml"), encoding: .utf8)
    #expect(text.contains("subscriptions: { seat: $12.50 }") && !text.contains("<<"))
    #expect(text.contains("A user's conversations a month are 20, the questions in each 3."))
    // A number makes a chat of what is like nothing else.
    let chat = try made(["--users", "7"])
    #expect(try bill(chat).0.workloads.map(\.name) == ["chat"])
  }

  /// Speech follows the tokens: 5 of them a second, 4 characters each.
  @Test func speechIsAsLongAsItsTokens() throws {
    let folder = try made(["--like", "voice", "--input", "50", "--output", "100"])
    let mix = try bill(folder).0.workloads.map { $0.stages[0].calls[0].mix[0] }
    #expect(mix[1].audio == .fixed(10) && mix[2].meters[.characters] == .fixed(400))
  }

  /// Nothing that is there is overwritten, by whatever way it is reached.
  @Test func whatIsThereIsKept() throws {
    let folder = try made([])
    let before = try bytes(folder.path("my-co/scenario.yaml"))
    for path in ["none/../my-co", "my-co/", "./my-co"] {
      let outcome = try Program.run(["init", path, "--users", "3"], in: folder.url)
      #expect(outcome.code == 2 && outcome.errors.contains("it is there already"), "\(path)")
    }
    #expect(try bytes(folder.path("my-co/scenario.yaml")) == before)
    try FileManager.default.createDirectory(
      atPath: folder.path("linked"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("linked/scenario.yaml"), withDestinationPath: folder.path("nowhere"))
    #expect(try Program.run(["init", folder.path("linked")]).code == 2)
    #expect(!folder.content.contains("nowhere"))
  }

  /// A folder needs a name, and what is to be typed next is quoted where a shell would part it.
  @Test func theNextCommandCanBeTyped() throws {
    let folder = try ScenarioFolder()
    let unnamed = try Program.run(["init", ""], in: folder.url)
    #expect(unnamed.code == 2 && unnamed.errors.contains("expected the name of a folder"))
    #expect(folder.content.isEmpty, "\(folder.content)")
    for (name, next) in [
      ("my co", "'my co/scenario.yaml'"), ("it's", "'it'\\''s/scenario.yaml'"),
      ("my-co", "my-co/scenario.yaml"),
    ] {
      let made = try Program.run(["init", name], in: folder.url)
      #expect(made.output == "Now: costsim run \(next)\n", "\(made.errors)")
    }
  }

  @Test(arguments: [
    (["--users", "0"], "--users: error: expected a whole number from 1, not '0'"),
    (["--users", "many"], "--users: error: expected a whole number from 1, not 'many'"),
    (["--turns", "2.5"], "--turns: error: expected a whole number from 1, not '2.5'"),
    (["--conversations", "-1"], "--conversations"), (["--conversations", "5."], "--conversations"),
    (["--turns", "1,00"], "--turns"), (["--input", "$5"], "--input"),
    // Numbers of which no scenario can be made.
    (["--users", "1000000000"], "--users: error: '1000000000' is out of range"),
    (["--turns", "100000"], "--turns: error: "),
    (
      ["--budget", "0"],
      "--budget: error: expected an amount like $1,000 that is more than $0, not '0'"
    ),
    // What begins with a minus is the option's value, no other option.
    (["--users", "-5"], "--users: error: expected a whole number from 1, not '-5'"),
    (["--seat-price", "-3"], "--seat-price: error: expected an amount like $1,000, not '-3'"),
    (
      ["--like", "support-bot", "--conversations", "90000", "--turns", "60000"],
      "error: these numbers make no scenario together: "
    ),
    (
      ["--budget", "ten"],
      "--budget: error: expected an amount like $1,000 that is more than $0, not 'ten'"
    ),
    (
      ["--like", "documents", "--turns", "3"],
      "--turns: error: a scenario like documents has no such number"
    ),
    (
      ["--like", "calls", "--users", "3"],
      "--users: error: a scenario like calls has no such number"
    ),
    (["--like", "bakery"], "bakery"),
  ])
  func wrongNumbersLeaveNothing(options: [String], message: String) throws {
    let folder = try ScenarioFolder()
    let outcome = try Program.run(["init", folder.path("my-co")] + options)
    #expect(outcome.code == 2 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!folder.content.contains { $0.hasPrefix("my-co") })
  }

  /// Every model of a template stands in the market catalog, word for word.
  @Test(arguments: StarterTemplate.allCases.filter { $0 != .calls })
  func pricesAreTheMarkets(template: StarterTemplate) throws {
    let market = try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent("scenarios/catalogs/market.yaml"),
      encoding: .utf8)
    let catalog = String(decoding: template.catalog, as: UTF8.self)
    let models = try #require(catalog.split(separator: "models:\n", maxSplits: 1).last)
      .split(separator: "\n\n")
    #expect(!models.isEmpty)
    for model in models {
      #expect(market.contains(model.trimmingCharacters(in: .newlines) + "\n"), "\(model)")
    }
    // From `init` to a defended number: it runs, is checked against itself and names what could be saved.
    let folder = try made(["--like", template.rawValue])
    let scenario = folder.path("my-co/scenario.yaml")
    for arguments in [
      ["validate", scenario], ["run", scenario, "-q", "--users", "3", "--out", folder.path("out")],
      ["baseline", scenario, "-o", folder.path("b.yaml"), "-q"],
      ["levers", scenario, "-q", "--out", folder.path("out")],
      ["solve", scenario, "--for", "users", "-q", "--out", folder.path("out")],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.code == 0, "\(arguments[0]): \(outcome.errors)")
    }
  }
}
