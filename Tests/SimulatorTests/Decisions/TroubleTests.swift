import CostModel
import Testing

@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Verbs that simulate an acting budget say what it does to calls; and none begins what would never end.
@Suite struct TroubleTests {
  /// $0.00062 a call: the line at $0.15 is crossed by the 242nd of a thousand.
  private static let text = """
    period: {start: 2025-11-01, days: 30}
    plans: [10]
    catalog: {name: c, models: {m: {provider: p, input: $1 per 1M tokens, output: $4 per 1M tokens, latency: 1s}}}
    policy: {name: p, rules: [{name: all, model: m}]}
    workloads: {chat: {volume: 100, input: 500, output: 30}}
    traffic: {arrivals: exact}

    """
  private static let blocking = "budget: {amount: $0.3, thresholds: [{at: 50%, act: block}]}\n"

  private func read(
    _ more: String = blocking, _ overrides: [String] = []
  ) throws -> (tree: ScenarioTree, scenario: Scenario) {
    let folder = try ScenarioFolder(["s.yaml": Self.text + more])
    let read = try ScenarioReader.tree(path: folder.path("s.yaml"), overrides: overrides)
    return (read.tree, read.scenario)
  }

  // MARK: What is said

  @Test func refusedCallsAreToldByEveryVerb() throws {
    let (tree, scenario) = try read()
    let refused = try Simulation(scenario).result(of: scenario.plans[0], run: 1).failedCalls
    // Those on their way when the line is crossed are still answered.
    #expect((700...758).contains(refused))
    let told = "\(refused) were refused by the budget (7"
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 2)
    #expect(assessor.runs == 1)

    let axis = try SweepAxis("users=1,10", number: 1, tree: tree)
    let sweep = SweepMarkdown.headline(try Sweep(assessor, scenario: scenario, axes: [axis]))
    #expect(sweep.hasPrefix("ATTENTION: of 1,000 calls at 10 users, \(told)"), "\(sweep)")
    #expect(sweep.contains("All of it stays within the $0.30 budget, but with 7"))

    let sensitivity = SensitivityMarkdown.headline(
      try Sensitivity(assessor, scenario: scenario, share: 0.2))
    #expect(sensitivity.hasPrefix("ATTENTION: of 1,000 calls, \(told)"), "\(sensitivity)")

    var spec = ForecastSpec()
    spec.months = 1
    let forecast = ForecastMarkdown.headline(try Forecast(scenario, spec))
    #expect(forecast.hasPrefix("ATTENTION: of 1,000 calls in "), "\(forecast)")
    #expect(forecast.contains(told))
    #expect(forecast.contains("No month goes over its budget, but with 7"))

    let knob = try #require(Knob("users", in: tree))
    let solve = SolveMarkdown.headline(
      try SolveAnswer(
        assessor, scenario: scenario, knob: knob, limits: [.budget(0.3)], in: 1...10))
    #expect(solve.hasPrefix("ATTENTION: of 1,000 calls with 10 users, \(told)"), "\(solve)")
    #expect(solve.contains("within the limits, but with 7"))
  }

  /// The same of verbs that compare months, in their first words or beside their verdict.
  @Test(arguments: [
    (["levers", "s.yaml", "--out", "o"], "AI costs $0.15"),
    (["stress", "s.yaml", "--out", "o"], ", but with 7"),
    (["what-if", "s.yaml", "users=20"], "within the $0.30 budget, but with 8"),
    (["check", "s.yaml"], "Nothing was judged."),
  ])
  func refusedCallsAreToldBesideVerdicts(arguments: [String], verdict: String) throws {
    let folder = try ScenarioFolder(["s.yaml": Self.text + Self.blocking])
    let run = try Program.run(arguments, in: folder.url)
    #expect(run.output.contains("ATTENTION: of "), "\(run.output) \(run.errors)")
    #expect(run.output.contains("were refused by the budget ("))
    #expect(run.output.contains(verdict), "\(run.output)")
    let calm = try ScenarioFolder(["s.yaml": Self.text + "budget: $300\n"])
    #expect(try !Program.run(arguments, in: calm.url).output.contains("ATTENTION"))
  }

  /// 0.0062 dollars a user and month: at 10 users half of the months go over $0.062 where sizes are drawn.
  @Test func aSweepTellsTheChanceBesideItsVerdict() throws {
    let drawn = Self.text.replacing("input: 500", with: "input: {mean: 500, cv: 1}")
    let folder = try ScenarioFolder(["s.yaml": drawn + "budget: $0.64\n"])
    let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 1)
    let axis = try SweepAxis("users=5,10", number: 1, tree: tree)
    let sweep = try Sweep(assessor, scenario: scenario, axes: [axis])
    let words = SweepMarkdown.headline(sweep)
    let chance = try #require(sweep.points.compactMap(\.assessment.overrun).max())
    #expect((0.1...0.5).contains(chance))
    #expect(
      words.contains(
        "stays within the $0.64 budget, though with a chance of up to "
          + "\(HumanFormat.share(chance)) that the month goes over it."), "\(words)")
  }

  /// A line that is not crossed.
  @Test func nothingIsSaidOfNothing() throws {
    let (tree, scenario) = try read(
      "budget: {amount: $300, thresholds: [{at: 50%, act: block}]}\n")
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 2)
    let axis = try SweepAxis("users=1,10", number: 1, tree: tree)
    let sweep = SweepMarkdown.headline(try Sweep(assessor, scenario: scenario, axes: [axis]))
    #expect(sweep.hasPrefix("The bill goes from "))
    #expect(sweep.hasSuffix("All of it stays within the $300.00 budget."))
  }

  // MARK: How much is simulated

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "simulated"
    } catch { return "\(error)" }
  }

  /// A thousand calls for the beginning and 100 for each of 1,000 users, a million times.
  @Test func tooManyMonthsAreRefused() throws {
    let (tree, scenario) = try read("", ["plans=[1000]"])
    let limit = "expected at most 20,000,000,000 in a command (limit 'all_calls')"
    let run = message { _ = try Simulation(scenario).results(runs: 1_000_000, threads: 1) }
    #expect(
      run.contains(
        "error: the work of 101,000,000,000 calls in 1,000,000 runs, each month begun taken for 1,000 of "
          + "them, \(limit)"), "\(run)")
    let assessor = Assessor(tree, scenario: scenario, runs: 1_000_000, threads: 1)
    let axis = try SweepAxis("users=1,1000000", number: 1, tree: tree)
    let sweep = message { _ = try Sweep(assessor, scenario: scenario, axes: [axis]) }
    #expect(
      sweep.contains(
        "runs for 2 of 2 variants, each month begun taken for 1,000 of them, \(limit)"), "\(sweep)")
    var spec = ForecastSpec()
    spec.months = 1
    let forecast = message { _ = try Forecast(scenario, spec, runs: 1_000_000) }
    #expect(forecast.contains(limit), "\(forecast)")
  }

  /// One user takes 1,100 calls, two and four take 1,200 and 1,400: with 10,000 to spend there are 6,300
  /// left, and eight and sixteen would take 1,800 and 2,600, which is taken for six times 1,400.
  @Test(arguments: [(5_000.0, 1.0), (10_000, 4)])
  func aSearchEndsWhereItTakesTooLong(calls: Double, answer: Double) throws {
    let (tree, scenario) = try read(Self.blocking, ["plans=[1]"])
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 2)
    let knob = try #require(Knob("users", in: tree))
    let solution = try Solver(
      assessor: assessor, limits: [.budget(0.3)], months: 1, searchCalls: calls
    ).solve(knob, in: nil)
    #expect(solution.verdict == .all && solution.isCutShort && solution.answer == answer)
  }

  /// Twenty months tell that a bill is far from the budget, else 400 are simulated.
  @Test(arguments: [("$1", 20), ("$0.31", 400)])
  func aChanceIsProbedFirst(budget: String, months: Int) throws {
    let (tree, scenario) = try read(
      "budget: \(budget)\n",
      ["traffic.arrivals={gamma: {cv: 2}}", "workloads.chat.volume=10", "plans=[50]"])
    var assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 2)
    assessor.simulatesChances = true
    let assessed = try assessor.assess([Assessor.Variant()])[0][0]
    #expect(assessed.runs.count == months)
    #expect(months == 400 || assessed.overrun == 0)
  }
}
