import CostModel
import Foundation
import Testing

@testable import Simulator

/// A fixture per format, made by hand from the columns that its writer documents.
@Suite struct TraceFormatTests {
  @Test func azure() throws {
    let trace = try ReadTrace(TraceFolder.fixture("azure.csv"))
    #expect(trace.facts.format == "azure-llm-inference")
    #expect(
      trace.times() == [
        "2023-11-16T18:15:46.680590Z", "2023-11-16T18:15:50.995169Z", "2023-11-16T18:15:50.995169Z",
      ])
    #expect(trace.rows.map(\.number) == [1, 2, 3])
    #expect(trace.rows.map(\.input) == [374, 396, 879])
    #expect(trace.rows.map(\.output) == [44, 109, 55])
    #expect(trace.rows.allSatisfy { $0.model == TraceRow.none && $0.user == TraceRow.none })
    #expect(trace.rows.allSatisfy { $0.status == .unknown && $0.latency == -1 && $0.cost == -1 })
    #expect(trace.facts.usedTimeZone)
    #expect(trace.facts.absent.contains(.model) && !trace.facts.absent.contains(.inputTokens))
    #expect(trace.facts.inputTokens == 1649 && trace.facts.outputTokens == 208)
  }

  @Test func canonical() throws {
    let trace = try ReadTrace(TraceFolder.fixture("canonical.csv"))
    #expect(trace.facts.format == "canonical" && !trace.facts.wasSorted)
    #expect(trace.rows.map(\.number) == [3, 1, 2])
    #expect(
      trace.times() == [
        "2025-11-01T09:59:59.999999Z", "2025-11-01T10:00:00Z", "2025-11-01T10:00:00.123456Z",
      ])
    let full = trace.rows[1]
    #expect(full.input == 63 && full.cached == 10 && full.cacheWrite == 5 && full.output == 20)
    #expect(full.reasoning == 4 && full.maxTokens == 256 && full.images == 2)
    #expect(full.audio == 1_500_000 && full.latency == 812_000 && full.status == .ok)
    #expect(full.cost == 123_456_789)
    #expect(trace.rows[0].prompt == full.prompt && full.prompt != 0 && trace.rows[2].prompt == 0)
    #expect(trace.rows[0].session == full.session && trace.rows[2].session == 0)
    #expect(trace.rows[0].kind == full.kind && trace.rows[2].kind != full.kind)
    let attributes = trace.symbols.kinds[Int(full.kind)]
    #expect(
      Attribute.allCases.map { attributes[$0] } == [
        "reply", "low", "high", "$5", "premium", "text", "short", "send", "vip", "chat", "gold",
      ])
    #expect(trace.model(2) == "gpt-4o, mini" && trace.user(2) == "u2")
    let sparse = trace.rows[2]
    #expect(sparse.input == 5_000_000_000 && sparse.output == 0 && sparse.cached == -1)
    #expect(sparse.status == .failed && sparse.latency == -1)
    #expect(sparse.cost == 9_990_000_000_000_000)
    #expect(trace.rows[0].cost == 1 && trace.rows[0].latency == 0 && trace.rows[0].status == .ok)
    #expect(trace.facts.unused == ["note"] && trace.facts.absent == [.prefixBlocks, .blockSize])
    #expect(trace.facts.unknown[.cachedInputTokens] == 2 && trace.facts.unknown[.model] == nil)
  }
}
