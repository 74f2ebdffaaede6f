import CostModel
import Decisions
import Support

/// An estimate in words and as JSON.
package struct EstimateText {
  package var estimate: RouterEstimate
  /// Set beside only where it is of the same inputs.
  package var published: PublishedEstimate?

  package init(estimate: RouterEstimate, published: PublishedEstimate? = nil) {
    self.estimate = estimate
    self.published = published
  }

  package var text: String {
    let it = estimate
    let share = PlainEnglish.percent(it.inputs.miniShare.double)
    var text =
      "\(PlainEnglish.count(it.requests)) requests a month "
      + "(\(PlainEnglish.count(it.inputs.requestsPerDay)) a day for \(it.days) days) of "
      + "\(PlainEnglish.count(it.inputs.inputTokens)) tokens in and "
      + "\(PlainEnglish.count(it.inputs.outputTokens)) out, \(share) of them answered by "
      + "\(it.mini.name), cost \(PlainEnglish.usd(it.total)).\n\n"
    text += line(it.mini, it.miniPrice, it.miniCost) + line(it.full, it.fullPrice, it.fullCost)
    text += "  all of it on \(it.full.name): \(PlainEnglish.usd(it.allFull)); "
    text +=
      it.saving >= .zero
      ? "routing saves \(PlainEnglish.usd(it.saving))\n"
      : "routing costs \(PlainEnglish.usd(.zero - it.saving)) more\n"
    if let published { text += "\n" + comparison(published) }
    return text + "\nNot counted: caching, retries, reasoning tokens, requests of other sizes.\n"
  }

  private func line(_ model: Model, _ price: Money, _ cost: MoneySum) -> String {
    "  \(model.name): \(PlainEnglish.usd(cost)), "
      + "\(PlainEnglish.smallUSD(MoneySum(price), per: 1)) a request\n"
  }

  private func comparison(_ published: PublishedEstimate) -> String {
    let it = estimate
    let ratio = published.total.dollars / it.total.dollars
    let times = ratio.isFinite ? "\(PlainEnglish.number(ratio)) times this" : "another figure"
    let share = it.inputs.miniShare.double
    let mini = perThousand(published.miniCost, share, it.mini, it.miniPrice)
    let full = perThousand(published.fullCost, 1 - share, it.full, it.fullPrice)
    return "Published (\(published.source)): \(PlainEnglish.usd(published.total)) "
      + "(\(PlainEnglish.usd(published.miniCost)) + \(PlainEnglish.usd(published.fullCost))), "
      + "saving \(PlainEnglish.usd(published.saving)): \(times). "
      + "It comes to \(mini), and \(full): it takes \(published.assumes).\n"
  }

  private func perThousand(
    _ cost: MoneySum, _ share: Double, _ model: Model, _ price: Money
  ) -> String {
    let published = PlainEnglish.usd(cost.dollars * 1_000 / (Double(estimate.requests) * share))
    let own = PlainEnglish.smallUSD(
      MoneySum(picodollars: Int128(price.picodollars) * 1_000), per: 1)
    return "\(published) for 1,000 requests of \(model.name), whose tokens cost \(own)"
  }

  package var json: JSONValue {
    let it = estimate
    func money(_ money: MoneySum) -> JSONValue { .string(money.exactDecimal) }
    var members: [(String, JSONValue)] = [
      ("requests", .integer(it.requests)), ("mini", .string(it.mini.name)),
      ("full", .string(it.full.name)), ("mini_cost_usd", money(it.miniCost)),
      ("full_cost_usd", money(it.fullCost)), ("total_cost_usd", money(it.total)),
      ("all_full_cost_usd", money(it.allFull)), ("saving_usd", money(it.saving)),
    ]
    if let published {
      members.append(
        (
          "published",
          .object([
            ("source", .string(published.source)), ("total_cost_usd", money(published.total)),
            ("mini_cost_usd", money(published.miniCost)),
            ("full_cost_usd", money(published.fullCost)), ("saving_usd", money(published.saving)),
            (
              "ratio",
              .string(DecimalText.real(published.total.dollars / it.total.dollars, places: 6) ?? "")
            ),
            ("assumes", .string(published.assumes)),
          ])
        ))
    }
    return .object(members)
  }
}
