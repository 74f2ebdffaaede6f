import CostModel
import Scenarios
import Support

/// The tokens of a call.
package struct CallSizes: Sendable, BitwiseCopyable {
  /// Total input: fresh, prefix and frames.
  package var input: Int64
  /// Total output, reasoning included.
  package var output: Int64
  package var reasoning: Int64
}

/// Everything about one variant that a call of it needs, as plain numbers.
package struct CallClass: Sendable, BitwiseCopyable {
  package enum PromptForm: UInt8, BitwiseCopyable, Sendable { case none, unique, pool, userPool }

  /// Of its workload's draws.
  package var key: UInt64
  package var workload: UInt16
  package var useCase: UInt16
  package var tier: UInt16
  /// Into `groups`.
  package var group: UInt32
  /// Into `chainKinds`.
  package var chain: UInt16
  /// Into `billings`.
  package var billing: UInt16
  /// Variants of all experiments, one after the other; negative: of none.
  package var arm: Int16 = -1
  /// Tells prompts, and the static prefix, from those of other workloads and variants.
  package var promptKey: UInt64
  package var prefixKey: UInt64
  /// Into `cacheClasses`; negative: none.
  package var cacheClass: Int16
  package var cacheMode = CacheSettings.Mode.off
  package var cacheTTL: SimDuration = .zero
  /// In `rate` mode; 0 in the others.
  package var cacheRate = 0.0
  package var part: UInt64
  package var input: Sampler
  package var output: Sampler
  package var reasoning: Sampler
  package var audio: Sampler
  /// Prefix and frames.
  package var extraInput: Int64
  package var frameTokens: Int64
  /// Into `meters`: the first, and behind the last.
  package var firstMeter: Int32
  package var endMeter: Int32
  /// Into `uses`: the first, and behind the last.
  package var firstUse: Int32
  package var endUse: Int32
  package var prefixTokens: Int64
  package var prefixSharing: PrefixSharing
  package var prefixIsLong: Bool
  /// Into `prefixParts`; negative: the prefix is one part.
  package var prefixParts: Int32
  /// Of a conversation's call.
  package var turnKind: ConversationCall?
  /// Negative: none.
  package var maxTokens: Int64
  /// Whether `maxTokens` counts thinking as well.
  package var limitsThinking: Bool
  package var promptForm: PromptForm
  /// Into `promptPools`.
  package var pool: Int
  /// Negative: not rated, no sales message.
  package var satisfaction: Double
  package var ratedShare: Double
  package var conversion: Double
  /// Whether the knowledge base may answer it.
  package var asksKnowledge: Bool
  /// Whether it is stated what its sales bring.
  package var sells: Bool
  /// Whether its calls need to know their prompts: nobody else asks for them.
  package var drawsPrompt: Bool
  /// Whether any of its sizes or its prompt is drawn.
  package var drawsShape: Bool
}

extension CallClass {
  /// Into `CompiledScenario.meters`.
  package var meters: Range<Int> { Int(firstMeter)..<Int(endMeter) }
  /// Whether the response cache may answer it.
  @inline(__always)
  package var asksCache: Bool {
    switch cacheMode {
    case .off: false
    case .rate, .keyed: true
    }
  }
  package var isMetered: Bool { firstMeter < endMeter }
  /// Whether calls are billed for more than text tokens, thinking, frames and audio time.
  @inline(__always)
  package var billsMore: Bool { firstMeter < endMeter || firstUse < endUse }
  /// Into `CompiledScenario.uses`.
  package var uses: Range<Int> { Int(firstUse)..<Int(endUse) }

  /// A call's sizes by what was drawn, cut at the most tokens that it may have: thinking comes first.
  @inline(__always)
  package func sizes(input: Int64, output: Int64, reasoning: Int64) -> CallSizes {
    var (visible, reasoning) = (output, reasoning)
    if maxTokens >= 0 {
      if limitsThinking { reasoning = min(reasoning, maxTokens) }
      visible = min(visible, limitsThinking ? maxTokens - reasoning : maxTokens)
    }
    return CallSizes(
      input: input + extraInput, output: visible + reasoning, reasoning: reasoning)
  }
}

/// What becomes of a kind's answers, ready to be drawn; negative: it is not told.
package struct CompiledQuality: Sendable, BitwiseCopyable {
  package var sent: Double
  package var engagement: Double
  package var hallucination: Double
  package var inappropriate: Double
  package var technicalError: Double
  /// Microseconds.
  package var responseTime: Sampler?
  /// Whether its blocks of draws are needed.
  package var drawsReception: Bool
  package var drawsFlaws: Bool

  package init(_ rates: QualityRates, _ tables: inout SamplerTables) {
    sent = rates.sent ?? -1
    engagement = rates.engagement ?? -1
    hallucination = rates.hallucination ?? -1
    inappropriate = rates.inappropriate ?? -1
    technicalError = rates.technicalError ?? -1
    responseTime = rates.responseTime.map { tables.sampler(for: $0, scale: 1e6) }
    drawsReception = sent >= 0 || engagement >= 0 || responseTime != nil
    drawsFlaws = max(hallucination, inappropriate, technicalError) >= 0
  }
}

/// A kind where it lies in the engine's table: no copy is made to hand it over.
package typealias CallClassPointer = UnsafePointer<CallClass>

/// What the chain of a call depends on beside its routed model.
package struct ChainKind: Hashable, Sendable {
  /// Into `tiers`.
  package var tier: Int
  /// Models that the chain leaves out.
  package var unfit: Set<ModelID>
}

/// Calls that the ledger adds up together.
package struct CallGroup: Hashable, Sendable {
  /// Into `useCases` and `tiers`.
  package var useCase: Int
  package var tier: Int
  package var action: String?
  package var segment: String?
  /// Messages that each call is for.
  package var msgs: Int64 = 1
  /// Of requests of a log under a policy that estimates what calls cost: the place of the rule that
  /// decides them.
  package var rule: Int?

  /// Whether it says more than its use case and tier.
  package var isLabelled: Bool { action != nil || segment != nil || msgs != 1 }
}

/// How calls of a kind are billed, beyond the model.
package struct Billing: Hashable, Sendable {
  package var batch: Bool
  package var serviceTier: String?
  /// Where a log says that it was billed; nil: where the target runs.
  package var region: String?

  /// The region where the model has prices of its own for it; nil: it has none.
  package func region(in model: Model) -> String? {
    region.flatMap { name in
      model.prices.contains { $0.region(named: name) != nil } ? name : nil
    }
  }
}
