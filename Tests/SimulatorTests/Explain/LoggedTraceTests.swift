import CostModel
import Testing

@testable import Reports
@testable import Simulator

/// A row of a log is explained by the same words as a synthetic call.
@Suite struct LoggedTraceTests {
  /// One logged call that failed after 250 ms.
  private struct OneRow: CallSource {
    var call: Call?

    mutating func next(into batch: inout CallBatch) -> Bool {
      batch.removeAll()
      guard let call else { return false }
      batch.calls.append(call)
      batch.loggedFields.append(
        LoggedFields(model: 0, failed: true, latency: 250_000, cachedInput: 40))
      self.call = nil
      return true
    }
  }

  @Test func tellsWhatTheLogSays() throws {
    var builder = ScenarioBuilder()
    builder.models = [ScenarioBuilder.model("m0"), ScenarioBuilder.model("m1")]
    builder.chains = ["standard": [ModelID(1)]]
    builder.change = { $0.billFailures = .input }
    let scenario = builder.build()
    var compiled = CompiledScenario(scenario)
    let kind = compiled.addLoggedKind(CallAttributes(), useCase: "chat", prompts: .none)
    var call = Call(
      time: AnalysisScenario.start.microseconds, index: 0, user: Ledger.noUser, kind: UInt16(kind))
    (call.fact, call.input, call.output) = (0, 100, 50)
    let run = try LoggedRun(
      compiled, plan: scenario.plans[0], source: OneRow(call: call), watched: 1)
    let trace = try #require(run.trace)
    let told = try #require(
      CallExplanation(
        trace, plan: scenario.plans[0], run: 1,
        names: PlanNames(
          compiled: compiled, routing: CompiledRouting(compiled), userNames: [])))
    let text = ExplanationText.text(told)
    for line in [
      "  account         unknown\n", "  use case        chat\n",
      "  log             m0, failed, took 250 ms, 40 cached tokens\n",
      "  latency         250 ms, as logged\n", "  outcome         fails, as logged\n",
      "+250 ms  m0 fails\n", "    input tokens                      60 × $1.00 ÷ 1M = $0.00006\n",
      "    tokens read from the prompt cache 40 × $1.00 ÷ 1M = $0.00004\n",
      "+250 ms  m1 takes it\n",
      "  latency         1 s, always\n",
    ] {
      #expect(text.contains(line), "\(line) is not in \(text)")
    }
    #expect(told.workload == nil && told.answeredBy == "m1")
  }
}
