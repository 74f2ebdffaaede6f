import CostModel
import Foundation
import Testing

@testable import Logs
@testable import Scenarios
@testable import Simulator
@testable import Support

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
    #expect(full.reasoning == 4 && full.maxTokens == 256 && full.meters.images == 2)
    #expect(full.audio == 1_500_000 && full.latency == 812_000 && full.status == .ok)
    #expect(full.cost == 123_456_789)
    #expect(trace.rows[0].prompt == full.prompt && full.prompt != 0 && trace.rows[2].prompt == 0)
    #expect(trace.rows[0].session == full.session && trace.rows[2].session == 0)
    #expect(trace.rows[0].kind == full.kind && trace.rows[2].kind != full.kind)
    let attributes = trace.symbols.kinds[Int(full.kind)]
    #expect(
      Attribute.ofRules.filter { !$0.isOfConversations }.map { attributes[$0] } == [
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

  @Test func burstGPT() throws {
    var options = TraceOptions()
    options.origin = SimTime(microseconds: 1_000_000_000_000)
    let trace = try ReadTrace(TraceFolder.fixture("burstgpt.csv"), options: options)
    #expect(trace.facts.format == "burstgpt" && trace.facts.isRelative)
    #expect(trace.rows.map { $0.time - 1_000_000_000_000 } == [5_000_000, 45_000_000, 45_000_000])
    #expect(trace.rows.map(\.latency) == [1_250_000, 30_000_000, 500_000])
    #expect(trace.rows.map(\.status) == [.ok, .ok, .failed])
    #expect(trace.rows[0].session == 0 && trace.rows[1].session == trace.rows[2].session)
    #expect(trace.symbols.kinds[Int(trace.rows[0].kind)][.useCase] == "API log")
    #expect(trace.facts.unused == ["Total tokens"])
  }

  @Test func liteLLM() throws {
    let trace = try ReadTrace(TraceFolder.fixture("litellm.csv"))
    #expect(trace.facts.format == "litellm-spend")
    // Cached tokens are part of the prompt's.
    #expect(trace.rows.map(\.input) == [30, 1200, 0])
    #expect(trace.rows.map(\.cached) == [7, 1024, -1])
    #expect(trace.rows.map(\.cacheWrite) == [11, -1, -1])
    #expect(trace.rows.map(\.reasoning) == [-1, 32, -1])
    #expect(trace.rows.map(\.latency) == [500_000, 1_500_000, -1])
    #expect(trace.rows.map(\.cost) == [15_000_000, 1_960_000_000, 0])
    #expect(trace.rows.map(\.status) == [.ok, .ok, .failed])
    #expect(trace.rows[1].prompt == 0 && trace.rows[0].prompt == trace.rows[2].prompt)
    #expect((0..<3).map(trace.user) == ["bob", "alice", nil])
    #expect(trace.times()[0] == "2025-03-01T08:00:00Z" && trace.rows[0].number == 2)
  }

  @Test func langfuse() throws {
    let trace = try ReadTrace(TraceFolder.fixture("langfuse.csv"))
    #expect(trace.facts.format == "langfuse-observations")
    #expect(trace.facts.filtered == 1 && trace.rows.map(\.number) == [1, 3, 4])
    // Cached, written and reasoning tokens stand beside the others.
    #expect(trace.rows.map(\.input) == [1200, 543, -1])
    #expect(trace.rows.map(\.cached) == [1024, 500, -1])
    #expect(trace.rows.map(\.cacheWrite) == [-1, 40, -1])
    #expect(trace.rows.map(\.output) == [50, 9, -1])
    #expect(trace.rows.map(\.reasoning) == [32, -1, -1])
    #expect(trace.rows.map(\.maxTokens) == [300, -1, -1])
    #expect(trace.rows.map(\.latency) == [1_254_000, 1_000_000, -1])
    #expect(trace.rows.map(\.cost) == [2_100_000_000, 123_000_000, -1])
    #expect(trace.rows.map(\.status) == [.ok, .ok, .failed])
    #expect((0..<3).map(trace.user) == ["u-1", nil, "u-2"])
  }

  @Test func helicone() throws {
    let trace = try ReadTrace(TraceFolder.fixture("helicone.csv"))
    #expect(trace.facts.format == "helicone")
    #expect(trace.rows.map(\.input) == [100, -1, 7])
    #expect(trace.rows.map(\.latency) == [1_500_000, 200_000, 1_000_500])
    #expect(trace.rows.map(\.status) == [.ok, .failed, .ok])
    // Both spellings of JSON whose quotes were doubled twice.
    #expect(trace.rows[0].session != 0 && trace.rows[0].session == trace.rows[1].session)
    #expect(trace.rows[2].session == 0)
    #expect(trace.times()[0] == "2024-07-01T10:00:00.500000Z")
  }

  @Test func openAIBucketsAreNoRequests() throws {
    #expect {
      try ReadTrace(TraceFolder.fixture("openai-usage.csv"))
    } throws: {
      String(describing: $0).hasSuffix(
        "this is a log of format openai-usage (OpenAI usage export): each row sums up the "
          + "requests of a span of time, so they cannot be replayed one by one; expected a row a "
          + "request")
    }
  }

  @Test func openTelemetry() throws {
    let trace = try ReadTrace(TraceFolder.fixture("otel.jsonl"))
    #expect(trace.facts.format == "otel-genai")
    #expect(
      trace.times() == [
        "2025-06-01T00:00:00Z", "2025-06-01T00:00:01Z", "2025-06-01T00:00:02.123456Z",
      ])
    #expect((0..<3).map(trace.model) == ["gpt-4o", "claude", "gpt-4o"])
    #expect(trace.user(0) == "ann\u{E9}e \u{1F600}")
    #expect(trace.rows.map(\.input) == [1200, 10, 5])
    #expect(trace.rows.map(\.cached) == [1024, -1, -1])
    #expect(trace.rows.map(\.output) == [50, -1, -1])
    #expect(trace.rows.map(\.reasoning) == [32, -1, -1])
    #expect(trace.rows.map(\.status) == [.unknown, .timedOut, .unknown])
    #expect(trace.rows.map(\.latency) == [750_000, 500_000, 100_000])
    #expect(trace.rows[0].maxTokens == 400 && trace.rows[0].session != 0)
  }

  @Test func mooncake() throws {
    let trace = try ReadTrace(TraceFolder.fixture("mooncake.jsonl"))
    #expect(trace.facts.format == "mooncake" && trace.facts.isRelative)
    #expect(trace.rows.map(\.time) == [0, 0, 3_052_500])
    #expect(trace.rows.map(\.input) == [6758, 1100, 40])
    #expect(trace.rows.map(\.blockSize) == [512, 512, 512])
    #expect(trace.blocks.map(\.count) == [4, 3, 0])
    #expect(trace.blocks[0][..<2] == trace.blocks[1][..<2])
    #expect(Set(trace.blocks.joined()).count == 5)
  }

  @Test func ownLedger() throws {
    let trace = try ReadTrace(TraceFolder.fixture("calls.csv"))
    #expect(trace.facts.format == "costsim-calls")
    #expect((0..<2).map(trace.model) == ["gpt-4o-mini", "gpt-4o"])
    #expect(trace.rows.map(\.latency) == [1_234_567, 99])
    #expect(trace.rows.map(\.cost) == [30_000_000_001, 0])
    #expect(trace.rows.map(\.status) == [.ok, .failed])
  }

  @Test func frenchSpreadsheet() throws {
    let trace = try ReadTrace(TraceFolder.fixture("excel-fr.csv"))
    #expect(trace.rows.map(\.input) == [63] && trace.rows.map(\.latency) == [12_500])
    #expect(trace.rows.map(\.cost) == [1] && trace.model(0) == "gpt-4o")
  }

  @Test func everyShippedFormatReads() throws {
    let formats = try TraceFormats.all()
    #expect(formats.map(\.name) == TraceFormats.names)
    let folder = RepositoryFiles.root.appendingPathComponent("Sources/Simulator/Formats").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(files == TraceFormats.names.map { $0 + ".yaml" })
    // Five have another name as well; nobody names the number of a request.
    #expect(Set(TraceColumn.allNames).count == TraceColumn.allCases.count + 5 - 1)
    for column in TraceColumn.allCases { #expect(!column.name.isEmpty, "\(column) has no name") }
  }

  /// Every attribute that rules test of single calls comes out of a log of canonical columns, by either
  /// reader.
  @Test func everyAttributeIsReadFromLogs() throws {
    let format = try TraceFormats.named(TraceFormats.canonical)
    let shape = try LogShapes.named(TraceFormats.canonical)
    for attribute in Attribute.ofRules where !attribute.isOfConversations {
      let column = try #require(TraceColumn(name: attribute.name), "\(attribute)")
      #expect(column.attribute == attribute, "\(attribute)")
      #expect(format.columns[column]?.from == column.names, "\(attribute)")
      #expect(shape[attribute.name].paths.map(\.name) == column.names, "\(attribute)")
    }
  }

  /// The tables of the page are those that the reader goes by.
  @Test func documentation() throws {
    let page = "docs/trace-formats.md"
    let text = try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent(page), encoding: .utf8)
    let tables = ReferenceWriter(
      format: FileFormat(title: "", objects: [LogShapeFile.format, LogShapeFile.column])
    ).text()
    let head = text.prefix(upTo: text.range(of: "### trace format")?.lowerBound ?? text.endIndex)
    try RepositoryFiles.expect(head + tables, in: page)
    for name in LogShapes.names { #expect(text.contains("| `\(name)` |"), "\(name)") }
    for name in TraceColumn.allNames { #expect(text.contains("`\(name)`"), "\(name)") }
  }
}
