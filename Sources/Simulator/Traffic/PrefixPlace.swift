import CostModel
import Scenarios

/// A static prefix up to one of its lengths.
package struct PrefixPart: Hashable, Sendable {
  /// Tells it from other prefixes, before users and flows are told apart.
  package var key: UInt64
  /// From the prefix's beginning.
  package var end: Int64
}

/// Which kind of call of a workload a static prefix belongs to (docs/semantics.md, "Prompt cache").
package struct PrefixPlace {
  /// Of the call among those of the workload, and of the kind in its mix.
  private var call: UInt64 = 0
  private var kind: UInt64 = 0
  /// By name and who shares it, the lengths that calls of the workload state, ascending.
  private var lengths: [Name: [Int64]] = [:]

  private struct Name: Hashable {
    var name: String
    var sharing: PrefixSharing
  }

  /// Of logged calls, which have none.
  package init() {}

  /// - Parameter part: of the call among all calls of the workload.
  package init(of kind: Int, _ call: StageCall, part: UInt64, in workload: Workload) {
    self.call = call.sameAs.map(UInt64.init) ?? part
    self.kind = UInt64(kind)
    let named = workload.stages.flatMap(\.calls).flatMap(\.mix).filter { $0.prefixName != nil }
    for variant in named where variant.prefixTokens > 0 {
      let name = Name(name: variant.prefixName ?? "", sharing: variant.prefixSharing)
      lengths[name, default: []].append(variant.prefixTokens)
    }
    lengths = lengths.mapValues { Set($0).sorted() }
  }

  /// - Parameters:
  ///   - original: the same kind without an experiment.
  ///   - base: the key of the variant's text of the prefix.
  ///   - workload: the key of the workload, which is `base` where the text is nobody's own.
  package func key(of variant: Variant, _ original: Variant, base: UInt64, _ workload: UInt64) -> (
    key: UInt64, parts: [PrefixPart]
  ) {
    let own = SplitMix.mixed(base ^ SplitMix.mixed(call << 32 | kind))
    guard let name = original.prefixName, base == workload else {
      return (Self.key(own, variant.prefixTokens), [])
    }
    let sharing = Draws.key(of: variant.prefixSharing.rawValue)
    let named = SplitMix.mixed(base ^ SplitMix.mixed(Draws.key(of: name) ^ sharing))
    let all = lengths[Name(name: name, sharing: variant.prefixSharing)] ?? []
    let parts = (all.filter { $0 < variant.prefixTokens } + [variant.prefixTokens])
      .map { PrefixPart(key: Self.key(named, $0), end: $0) }
    return (Self.key(named, variant.prefixTokens), parts)
  }

  private static func key(_ text: UInt64, _ tokens: Int64) -> UInt64 {
    SplitMix.mixed(text ^ SplitMix.mixed(UInt64(bitPattern: tokens)))
  }
}

extension PrefixSharing {
  /// What tells the prefix of a user's call, or flow, from those of others.
  @inline(__always)
  package func key(_ key: UInt64, user: UInt32, index: UInt32) -> UInt64 {
    switch self {
    case .all: key
    case .user: SplitMix.mixed(key ^ SplitMix.mixed(UInt64(user)))
    case .conversation:
      SplitMix.mixed(key ^ SplitMix.mixed(~(UInt64(user) << 32 | UInt64(index))))
    }
  }
}

extension PromptCacheSettings {
  /// Whether a static prefix is read as soon as it has been sent, whole and for sure, and is never
  /// billed for being kept: `PromptCache` does with one look.
  package var isPlain: Bool {
    match == .block && readable == .start && step == 1 && hitChance >= 1 && flushes.isEmpty
  }
}

extension Scenario {
  /// Whether some static prefix is kept there for the longer lifetime.
  package func keepsPrefixes(_ settings: PromptCacheSettings) -> Bool {
    settings.longTTL != nil && variants.contains(where: \.prefixIsLong)
  }
}
