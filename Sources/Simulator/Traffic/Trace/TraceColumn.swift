import CostModel
import Scenarios

/// The canonical columns of a log of requests (docs/trace-formats.md). Only `timestamp` is
/// required; what a log does not have stays unknown.
package enum TraceColumn: Int, CaseIterable, Hashable, Sendable {
  case timestamp, model, user, session, prompt
  case accountPlan, useCase, action, task, complexity, priority, tier, budget, taskType
  case cacheClass, segment
  case inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens, maxTokens
  case audioSeconds, images, status, latencyMs, costUSD, prefixBlocks, blockSize
  case msgs
  case feedback, sent, converted, engagement, responseTimeMs
  case hallucination, inappropriate, technicalError
  case cacheWriteLongTokens
  case inputAudioTokens, inputImageTokens, outputAudioTokens, outputImageTokens
  case characters, pages, searches, documents, videoSeconds
  case batch, serviceTier, region
  case turn, callKind
  /// Where the request stands in the log of which these are some (`--numbers`); no format has it.
  case number

  /// In sets of columns.
  @inline(__always)
  package var bit: UInt64 { 1 << UInt64(rawValue) }

  /// The name in files and options.
  package var name: String {
    switch self {
    case .timestamp: "timestamp"
    case .model: "model"
    case .user: "user"
    case .session: "session"
    case .prompt: "prompt"
    case .inputTokens: "input_tokens"
    case .cachedInputTokens: "cached_input_tokens"
    case .cacheWriteTokens: "cache_write_tokens"
    case .outputTokens: "output_tokens"
    case .reasoningTokens: "reasoning_tokens"
    case .maxTokens: "max_tokens"
    case .audioSeconds: "audio_seconds"
    case .status: "status"
    case .latencyMs: "latency_ms"
    case .costUSD: "cost_usd"
    case .prefixBlocks: "prefix_blocks"
    case .blockSize: "block_size"
    case .msgs: "msgs"
    case .feedback: "feedback"
    case .sent: "sent"
    case .converted: "converted"
    case .engagement: "engagement"
    case .responseTimeMs: "response_time_ms"
    case .hallucination: "hallucination"
    case .inappropriate: "inappropriate"
    case .technicalError: "technical_error"
    case .cacheWriteLongTokens: "cache_write_1h_tokens"
    case .turn: "turn"
    case .callKind: "call_kind"
    case .number: "number"
    default: attribute?.name ?? meter?.column ?? ""
    }
  }

  /// The routing attribute that the column gives.
  package var attribute: Attribute? { Self.attributes[self] }
  private static let attributes = inverse(Attribute.allCases, of: \.column)

  /// What it meters beside text tokens, thinking and audio time.
  package var meter: CallMeter? { Self.metersOfColumns[self] }
  private static let metersOfColumns = inverse(CallMeter.allCases, of: \.traceColumn)

  /// What the column tells of an answer; nil: nothing of its quality.
  package var metric: QualityMetric? { Self.metrics[self] }
  private static let metrics = inverse(QualityMetric.allCases, of: \.column)

  private static func inverse<Value>(
    _ values: [Value], of column: (Value) -> TraceColumn?
  ) -> [TraceColumn: Value] {
    Dictionary(
      uniqueKeysWithValues: values.compactMap { value in column(value).map { ($0, value) } })
  }

  /// Whether most logs have nothing of the kind, so that nobody misses it.
  package var isRare: Bool {
    switch self {
    case .msgs, .cacheWriteLongTokens, .batch, .serviceTier, .region, .turn, .callKind, .number:
      true
    case .images: false
    default: meter != nil || metric != nil
    }
  }

  /// Columns of `LoggedMeters`.
  package static let meters: [(column: TraceColumn, meter: CallMeter)] = allCases.compactMap {
    column in column.meter.map { (column, $0) }
  }

  /// What a log may tell of the quality of answers.
  package static let quality = allCases.filter { $0.metric != nil }

  /// Other names that people use for a column.
  private static let aliases: [(name: String, column: TraceColumn)] = [
    ("account_id", .user), ("account", .user), ("user_id", .user), ("hash_ids", .prefixBlocks),
    ("prompt_hash", .prompt),
  ]

  /// Its name and aliases.
  package var names: [String] {
    [name] + Self.aliases.filter { $0.column == self }.map(\.name)
  }

  /// The column of that name or alias.
  package init?(name: String) {
    guard let column = Self.named[name] else { return nil }
    self = column
  }

  /// Those that people name.
  private static let stated = allCases.filter { $0 != .number }
  private static let named = Dictionary(
    uniqueKeysWithValues: stated.flatMap { column in column.names.map { ($0, column) } })

  package static let allNames = stated.map(\.name) + aliases.map(\.name)
}

extension Attribute {
  /// Its column in logs; nil: it is none of its own.
  fileprivate var column: TraceColumn? {
    switch self {
    case .task: .task
    case .complexity: .complexity
    case .priority: .priority
    case .budget: .budget
    case .tier: .tier
    case .taskType: .taskType
    case .cacheClass: .cacheClass
    case .action: .action
    case .segment: .segment
    case .useCase: .useCase
    case .accountPlan: .accountPlan
    // A conversation's are told by `turn` and `call_kind`, for `calibrate` alone.
    case .kind, .turn: nil
    case .batch: .batch
    case .serviceTier: .serviceTier
    case .region: .region
    }
  }
}

extension CallMeter {
  /// Its column in logs.
  fileprivate var traceColumn: TraceColumn {
    switch self {
    case .inputAudio: .inputAudioTokens
    case .inputImage: .inputImageTokens
    case .outputAudio: .outputAudioTokens
    case .outputImage: .outputImageTokens
    case .characters: .characters
    case .pages: .pages
    case .images: .images
    case .searches: .searches
    case .documents: .documents
    case .video: .videoSeconds
    }
  }
}

extension QualityMetric {
  /// Its column in logs.
  fileprivate var column: TraceColumn {
    switch self {
    case .satisfaction: .feedback
    case .conversion: .converted
    case .sent: .sent
    case .engagement: .engagement
    case .responseTime: .responseTimeMs
    case .hallucination: .hallucination
    case .inappropriate: .inappropriate
    case .technicalError: .technicalError
    }
  }
}
