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
  package var attribute: Attribute? {
    switch self {
    case .accountPlan: .accountPlan
    case .useCase: .useCase
    case .action: .action
    case .task: .task
    case .complexity: .complexity
    case .priority: .priority
    case .tier: .tier
    case .budget: .budget
    case .taskType: .taskType
    case .cacheClass: .cacheClass
    case .segment: .segment
    case .batch: .batch
    case .serviceTier: .serviceTier
    case .region: .region
    default: nil
    }
  }

  /// Whether most logs have nothing of the kind, so that nobody misses it.
  package var isRare: Bool {
    switch self {
    case .msgs, .cacheWriteLongTokens, .batch, .serviceTier, .region, .turn, .callKind, .number:
      true
    case .images: false
    default: meter != nil || Self.quality.contains(self)
    }
  }

  /// What it meters beside text tokens, thinking and audio time.
  package var meter: CallMeter? {
    switch self {
    case .inputAudioTokens: .inputAudio
    case .inputImageTokens: .inputImage
    case .outputAudioTokens: .outputAudio
    case .outputImageTokens: .outputImage
    case .characters: .characters
    case .pages: .pages
    case .images: .images
    case .searches: .searches
    case .documents: .documents
    case .videoSeconds: .video
    default: nil
    }
  }

  /// Columns of `LoggedMeters`.
  package static let meters: [(column: TraceColumn, meter: CallMeter)] = allCases.compactMap {
    column in column.meter.map { (column, $0) }
  }

  /// What a log may tell of the quality of answers.
  package static let quality: [TraceColumn] = [
    .feedback, .sent, .converted, .engagement, .responseTimeMs, .hallucination, .inappropriate,
    .technicalError,
  ]

  /// What the column tells of an answer; nil: nothing of its quality.
  package var metric: QualityMetric? {
    switch self {
    case .feedback: .satisfaction
    case .sent: .sent
    case .converted: .conversion
    case .engagement: .engagement
    case .responseTimeMs: .responseTime
    case .hallucination: .hallucination
    case .inappropriate: .inappropriate
    case .technicalError: .technicalError
    default: nil
    }
  }

  /// Other names that people use for a column.
  private static let aliases: [(name: String, column: TraceColumn)] = [
    ("account_id", .user), ("account", .user), ("user_id", .user), ("hash_ids", .prefixBlocks),
    ("prompt_hash", .prompt),
  ]

  /// The column of that name or alias.
  package init?(name: String) {
    let known = Self.named.first { $0.name == name }
    guard let column = known ?? Self.aliases.first(where: { $0.name == name })?.column else {
      return nil
    }
    self = column
  }

  /// Those that people name.
  private static let named = allCases.filter { $0 != .number }
  package static let allNames = named.map(\.name) + aliases.map(\.name)
}
