import CostModel
import Support

extension InputLog {
  /// Beyond this a sale or a subscription is a slip of the pen, and sums of it might not fit.
  private static let largestRevenue = MoneySum(
    picodollars: 1_000_000 * MoneySum.picodollarsPerDollar)

  /// What one sale or one month of a subscription brings.
  package func revenue(_ node: YAMLNode) -> MoneySum? {
    guard let amount = money(node) else { return nil }
    guard amount <= Self.largestRevenue else {
      add(node.place, "\(node.kind) is out of range, expected $0 to $1,000,000")
      return nil
    }
    return amount
  }
}

extension Fields {
  package func revenue(_ key: String) -> MoneySum? { self[key].flatMap(log.revenue) }
}
