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

  /// What of a way of billing none of the sheets lists a price for, in words: it is billed as ordinary.
  package static func unlisted(_ variant: BillingVariant, in sheets: [PriceSheet]) -> [String] {
    var words: [String] = []
    if variant.batch, !sheets.contains(where: { $0.batch != nil }) { words.append("batch") }
    if let tier = variant.serviceTier, !sheets.contains(where: { $0.serviceTiers[tier] != nil }) {
      words.append("service tier '\(tier)'")
    }
    if let region = variant.region, !sheets.contains(where: { $0.region(named: region) != nil }) {
      words.append("region '\(region)'")
    }
    return words
  }
}
