import ArgumentParser
import CostModel
import Decisions
import Reports
import Scenarios
import Support

struct Estimate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The month's bill of one kind of request that two models share.",
    discussion: """
      Example: costsim estimate --requests-per-day 3333 --input 500 --output 200 --mini 90%

      A product of four numbers, exact: no caching, no retries, no chance. Without --catalog the two \
      models are gpt-4o-mini and gpt-4o at the prices of routing-strategy.md, and what that document \
      publishes for the inputs of the example is set beside.
      """)

  @Option(help: "Requests a day.")
  var requestsPerDay: String

  @Option(help: "Input tokens of a request.")
  var input: String

  @Option(help: "Output tokens of a request.")
  var output: String

  @Option(help: "Share of the requests that the small model answers: 90%.")
  var mini: String

  @Option(help: "Days of the month.")
  var days: Int64 = 30

  @Option(help: "Catalog file with the prices of both models.")
  var catalog: String?

  @Option(help: "The small model, as the catalog names it.")
  var miniModel: String?

  @Option(help: "The large model, as the catalog names it.")
  var fullModel: String?

  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard (1...366).contains(days) else { throw ValidationError("--days is 1 to 366") }
    if catalog != nil, miniModel == nil || fullModel == nil {
      throw ValidationError("--catalog needs --mini-model and --full-model")
    }
  }

  func run() throws {
    let defaults = try EstimateDefaults.read()
    let prices = try catalog.map { try CatalogReader.read(path: $0) } ?? defaults.catalog
    let inputs = RouterEstimate.Inputs(
      requestsPerDay: try count("--requests-per-day", requestsPerDay),
      inputTokens: try count("--input", input), outputTokens: try count("--output", output),
      miniShare: try share())
    let mini = try model(miniModel ?? defaults.mini, in: prices)
    let full = try model(fullModel ?? defaults.full, in: prices)
    let estimate: RouterEstimate
    do {
      estimate = try RouterEstimate(inputs, days: days, mini: mini, full: full)
    } catch {
      throw BadInput(message: "error: a request cannot be priced: \(error)")
    }
    for model in [mini, full] where estimate.isRefused(by: model) {
      let tokens = InputLog.grouped(inputs.inputTokens + inputs.outputTokens)
      throw BadInput(
        message: "--input: error: a request's \(tokens) tokens are more than the context window of "
          + "'\(model.name)' holds (\(InputLog.grouped(model.contextWindow ?? 0)))\n"
          + "send less, or name another model")
    }
    let isPublished =
      catalog == nil && miniModel == nil && fullModel == nil && inputs == defaults.published.inputs
    let words = EstimateText(
      estimate: estimate, published: isPublished ? defaults.published : nil)
    printing.show(json: words.json, text: words.text)
  }

  private func count(_ option: String, _ text: String) throws -> Int64 {
    guard let value = try? Quantity.count(text), (0...1_000_000_000).contains(value) else {
      throw BadInput(
        message: "\(option): error: expected a whole number from 0 to 1,000,000,000, not '\(text)'")
    }
    return value
  }

  private func share() throws -> ExactDecimal {
    guard let share = try? Quantity.share(mini), share.places <= 6 else {
      throw BadInput(
        message:
          "--mini: error: expected a percentage with at most 4 decimals like 90%, not '\(mini)'")
    }
    return share
  }

  private func model(_ name: String, in catalog: Catalog) throws -> Model {
    guard let id = catalog.id(named: name) else {
      let problem = ModelNames.problem(name, in: catalog)
      throw BadInput(message: "error: \(problem.message)" + (problem.hint.map { "\n" + $0 } ?? ""))
    }
    return catalog[id]
  }
}
