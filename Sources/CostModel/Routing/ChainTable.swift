/// The chain of every routed model and tier, resolved once (docs/semantics.md, "Routing").
@frozen
public struct ChainTable: Sendable {
  /// Every target of every model, by model, a model's regions in their order.
  public let targets: [Target]
  private let tiers: [String]
  /// Chains one after the other, by model, then tier; the last tier is every unknown one.
  @usableFromInline let links: [TargetID]
  @usableFromInline let ranges: [Range<Int>]
  @usableFromInline let tierCount: Int

  /// The tier of a call that names none.
  public static let defaultTier = "standard"

  /// `chains` is the fallback chain by tier, `regions` the regions of models that have any.
  public init(models: Int, chains: [String: [ModelID]], regions: [ModelID: [String]]) {
    var targets: [Target] = []
    var ofModel: [Range<Int>] = []
    for id in (0..<models).map({ ModelID(UInt16($0)) }) {
      let first = targets.count
      let names = regions[id] ?? []
      targets +=
        names.isEmpty ? [Target(model: id)] : names.map { Target(model: id, region: $0) }
      ofModel.append(first..<targets.count)
    }
    precondition(targets.count <= Int(UInt16.max), "checked by the reader")
    var links: [TargetID] = []
    var ranges: [Range<Int>] = []
    let tiers = chains.keys.sorted()
    for model in 0..<models {
      for chain in tiers.map({ chains[$0] ?? [] }) + [[]] {
        let first = links.count
        for link in Self.once([model] + chain.map(\.index)) {
          links += ofModel[link].map { TargetID(UInt16($0)) }
        }
        ranges.append(first..<links.count)
      }
    }
    (self.targets, self.tiers, self.links, self.ranges) = (targets, tiers, links, ranges)
    tierCount = tiers.count + 1
  }

  /// Each model at its first place.
  private static func once(_ models: [Int]) -> [Int] {
    var seen: Set<Int> = []
    return models.filter { seen.insert($0).inserted }
  }

  /// A tier's dense number, for `places`; nil is the `standard` tier.
  public func tierIndex(_ tier: String?) -> Int {
    tiers.firstIndex(of: tier ?? Self.defaultTier) ?? tiers.count
  }

  /// Where the chain's targets lie, for the subscript.
  @inlinable
  public func places(routed: ModelID, tierIndex: Int) -> Range<Int> {
    ranges[routed.index * tierCount + tierIndex]
  }

  @inlinable
  public subscript(place: Int) -> TargetID { links[place] }

  /// The targets that a call is tried at, in order.
  public func chain(routed: ModelID, tier: String?) -> [TargetID] {
    Array(links[places(routed: routed, tierIndex: tierIndex(tier))])
  }
}
