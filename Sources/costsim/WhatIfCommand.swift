import ArgumentParser
import Decisions
import Reports
import Scenarios
import Support

struct WhatIfCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "what-if",
    abstract: "Answers plain questions about a scenario, one line each.",
    discussion: """
      Example: costsim what-if scenarios/two-tier.yaml users=1000 'model gpt-4o -> gpt-4o-mini' \
      '10x on the busiest day'

      Every answer is the expected bill of the scenario's first plan (or that of --users) beside what it \
      is now, with the override that the question stands for. A model or use case may be named by a part \
      of its name. Questions:

        \(WhatIfQuestion.forms.joined(separator: "\n  "))
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @Argument(help: "Questions.")
  var questions: [String]

  @Option(help: "Simulates so many months of every answer, in place of closed forms.")
  var runs: Int?

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var work: ThreadOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard (1...1_000_000).contains(runs ?? 1) else {
      throw ValidationError("--runs is 1 to 1000000")
    }
  }

  func run() throws {
    let (tree, scenario) = try input.readOnePlan(scenario)
    let asked = try questions.map { try WhatIfQuestion($0, tree, scenario) }
    let assessor = Assessor(tree, scenario: scenario, runs: runs, threads: work.threads)
    let words = WhatIfText(
      scenario: scenario, answers: try WhatIfAnswer.answers(to: asked, by: assessor))
    printing.show(json: words.json, text: words.text)
  }
}
