import CostModel

/// How logs and usage files say that a call was billed.
package enum LoggedBilling {
  /// What providers call the tier that has no name in a catalog.
  package static let ordinaryTiers: Set = ["default", "standard", "auto", "on_demand"]

  /// `true`, `yes`, `1`, `t` and `batch`, or their contraries, in any case; nil: neither.
  package static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "1", "t", "batch": true
    case "false", "no", "0", "f": false
    default: nil
    }
  }

  /// Batch, service tier and region of a logged call by its attributes.
  package static func variant(of attributes: CallAttributes) -> BillingVariant {
    var variant = BillingVariant(region: attributes[.region])
    variant.batch = attributes[.batch].flatMap(flag) ?? false
    if let tier = attributes[.serviceTier], !ordinaryTiers.contains(tier) {
      if tier == "batch" { variant.batch = true } else { variant.serviceTier = tier }
    }
    return variant
  }
}
