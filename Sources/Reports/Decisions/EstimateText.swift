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
    let share = HumanFormat.percent(it.inputs.miniShare.double)
    var text =
      "\(HumanFormat.plural(it.requests, "request")) a month "
      + "(\(HumanFormat.count(it.inputs.requestsPerDay)) a day for "
      + "\(HumanFormat.plural(it.days, "day"))) of "
      + "\(HumanFormat.plural(it.inputs.inputTokens, "token")) in and "
      + "\(HumanFormat.count(it.inputs.outputTokens)) out, \(share) of them answered by "
      + "\(it.mini.name), \(it.requests == 1 ? "costs" : "cost") \(HumanFormat.usd(it.total)).\n\n"
    text += line(it.mini, it.miniPrice, it.miniCost) + line(it.full, it.fullPrice, it.fullCost)
    text += "  all of it on \(it.full.name): \(HumanFormat.usd(it.allFull)); "
    text +=
      it.saving >= .zero
      ? "routing saves \(HumanFormat.usd(it.saving))\n"
      : "routing costs \(HumanFormat.usd(.zero - it.saving)) more\n"
    for model in [it.mini, it.full] where it.isTooLong(for: model) {
      text += cut(model)
    }
    if let published { text += "\n" + comparison(published) }
    return text + "\nNot counted: caching, retries, reasoning tokens, requests of other sizes.\n"
  }

  private func line(_ model: Model, _ price: Money, _ cost: MoneySum) -> String {
    "  \(model.name): \(HumanFormat.usd(cost)), "
      + "\(HumanFormat.smallUSD(MoneySum(price), per: 1)) a request\n"
  }

  /// What a model's context window leaves of a request.
  private func cut(_ model: Model) -> String {
    let (window, inputs) = (model.contextWindow ?? 0, estimate.inputs)
    return
      "  \(model.name)'s context window of \(HumanFormat.plural(window, "token")) cuts the input "
      + "of every request it gets to \(HumanFormat.count(window - inputs.outputTokens)), which is "
      + "billed\n"
  }

  private func comparison(_ published: PublishedEstimate) -> String {
    let it = estimate
    let ratio = ratio(to: published)
    let times = ratio.isFinite ? "\(HumanFormat.number(ratio)) times this" : "another figure"
    let share = it.inputs.miniShare.double
    let requests = Double(it.inputs.requestsPerDay * published.days)
    let mini = perThousand(published.miniCost, requests * share, it.mini, it.miniPrice)
    let full = perThousand(published.fullCost, requests * (1 - share), it.full, it.fullPrice)
    let scaled =
      published.days == it.days
      ? ""
      : "; for a month of \(it.days) days that would be "
        + HumanFormat.smallUSD(
          MoneySum(picodollars: published.total.picodollars * Int128(it.days)),
          per: published.days)
    return "Published (\(published.source)) for a month of \(published.days) days: "
      + "\(HumanFormat.usd(published.total)) "
      + "(\(HumanFormat.usd(published.miniCost)) + \(HumanFormat.usd(published.fullCost))), "
      + "saving \(HumanFormat.usd(published.saving))\(scaled): \(times). "
      + "It comes to \(mini), and \(full): it takes \(published.assumes).\n"
  }

  /// How many times the estimate of as many days the published one is.
  private func ratio(to published: PublishedEstimate) -> Double {
    published.total.dollars / Double(published.days) * Double(estimate.days)
      / estimate.total.dollars
  }

  private func perThousand(
    _ cost: MoneySum, _ requests: Double, _ model: Model, _ price: Money
  ) -> String {
    let published = HumanFormat.usd(cost.dollars * 1_000 / requests)
    let own = HumanFormat.smallUSD(
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
            ("source", .string(published.source)), ("days", .integer(published.days)),
            ("total_cost_usd", money(published.total)),
            ("mini_cost_usd", money(published.miniCost)),
            ("full_cost_usd", money(published.fullCost)), ("saving_usd", money(published.saving)),
            (
              "ratio",
              .string(DecimalText.real(ratio(to: published), places: 6) ?? "")
            ),
            ("assumes", .string(published.assumes)),
          ])
        ))
    }
    return .object(members)
  }
}
