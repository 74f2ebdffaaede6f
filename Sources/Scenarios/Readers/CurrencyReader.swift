import CostModel
import Support

/// Reads the currency that bills are also shown in.
package struct CurrencyReader {
  package let log: InputLog

  package func read(_ node: YAMLNode) -> Currency? {
    guard let fields = Fields(node, as: ScenarioFormat.currency, log: log) else { return nil }
    let code = fields["code"].flatMap(code)
    let rate = fields["rate"].flatMap(rate)
    let date = fields["date"].flatMap { log.date($0) }
    guard let code, let rate, let date else { return nil }
    return Currency(code: code, rate: rate, date: date)
  }

  private func code(_ node: YAMLNode) -> String? {
    guard let code = log.text(node) else { return nil }
    if code.wholeMatch(of: /[A-Z]{3}/) != nil, code != "USD" { return code }
    log.add(node.place, "expected the three letters of another currency, like EUR, not '\(code)'")
    return nil
  }

  /// Few enough digits that every bill can be multiplied by it exactly.
  private func rate(_ node: YAMLNode) -> ExactDecimal? {
    guard let text = log.scalar(node, "a number like 0.92") else { return nil }
    if let rate = ExactDecimal(text), rate.digits > 0, rate.double <= 1e6, rate.places <= 6 {
      return rate
    }
    log.add(
      node.place,
      "expected how many of it a dollar buys, up to 1000000 and with up to 6 decimals, "
        + "not '\(text)'")
    return nil
  }
}
