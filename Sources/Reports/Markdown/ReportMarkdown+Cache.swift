import Analysis
import CostModel
import Scenarios
import Support

extension ReportMarkdown {
  /// Claimed hit rates beside the simulated ones and what the traffic could reach at most.
  package static func cacheSection(_ report: ScenarioReport) -> String {
    guard report.scenario.cache.mode != .off else { return "" }
    var table = MarkdownTable([
      .text("plan"), .text("class"), .number("time to live"), .number("look-ups"),
      .number("claimed"), .number("simulated"), .number("attainable"),
    ])
    var impossible: [String] = []
    for bound in report.plans.flatMap(\.expectation.cacheBounds) {
      if let claimed = bound.claimed, claimed > bound.attainable { impossible.append(bound.name) }
    }
    var plans = smallestAndLargest(report)
    let cache = report.scenario.cache
    let isAlike = plans.count == 2 && areCachesAlike(plans[0], plans[1], cache)
    if isAlike { plans.removeFirst() }
    for plan in plans {
      let seen = Lookups.byClass(of: plan, cache)
      let bounds = plan.expectation.cacheBounds.map(\.name)
      for name in bounds + seen.map(\.name).filter({ !bounds.contains($0) }) {
        add(name, seen.first { $0.name == name }, of: plan, cache, to: &table)
      }
    }
    guard !table.isEmpty else { return "" }
    var text = heading("Cache") + table.text
    if isAlike { text += "With fewer users, the rates differ by less than two points.\n\n" }
    let names = impossible.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    if !names.isEmpty {
      text += "These users cannot reach the claimed hit rate of "
      text += HumanFormat.list(names.map(Markdown.escape))
      text += ", even if all of their prompts were the same: entries expire before the next "
      text += "request for them comes.\n\n" + attainableBills(report)
    }
    return text
  }

  /// What the closed form expects with hit rates that these users can reach at most.
  private static func attainableBills(_ report: ScenarioReport) -> String {
    guard report.scenario.cache.mode == .rate, !report.scenario.workloads.isEmpty else { return "" }
    let bills = report.plans.map { plan in
      var scenario = report.scenario
      for bound in plan.expectation.cacheBounds {
        guard let claimed = bound.claimed, claimed > bound.attainable else { continue }
        if scenario.cache.classes[bound.name] == nil {
          scenario.cache.defaultClass?.hitRate = bound.attainable
        } else {
          scenario.cache.classes[bound.name]?.hitRate = bound.attainable
        }
      }
      let cost = Expectation(scenario: scenario, plan: plan.plan).cost
      return "\(HumanFormat.usd(cost)) with \(name(plan.plan))"
    }
    return "**With the attainable rates in place of the claimed ones the expected bill is "
      + HumanFormat.list(bills) + "** — at best: it takes users who always ask the same.\n\n"
  }

  /// Whether every class's simulated and attainable hit rates hardly differ.
  private static func areCachesAlike(
    _ a: PlanReport, _ b: PlanReport, _ cache: CacheSettings
  ) -> Bool {
    func rates(_ plan: PlanReport) -> [String: [Double]] {
      var rates: [String: [Double]] = [:]
      for bound in plan.expectation.cacheBounds { rates[bound.name] = [bound.attainable] }
      for seen in Lookups.byClass(of: plan, cache) where seen.all > 0 {
        rates[seen.name, default: []].append(Double(seen.hits) / Double(seen.all))
      }
      return rates
    }
    let (first, second) = (rates(a), rates(b))
    return Set(first.keys) == Set(second.keys)
      && first.allSatisfy { name, rates in
        let others = second[name] ?? []
        return rates.count == others.count
          && zip(rates, others).allSatisfy { ($0 - $1).magnitude < 0.02 }
      }
  }

  /// What the simulation saw of a class; those that are not listed are one.
  private struct Lookups {
    var name: String
    var hits: Int64 = 0
    var all: Int64 = 0

    static func byClass(of plan: PlanReport, _ cache: CacheSettings) -> [Lookups] {
      plan.result.cacheClasses.reduce(into: []) { list, seen in
        let name = cache.shownName(seen.name)
        let place = list.firstIndex { $0.name == name } ?? list.count
        if place == list.count { list.append(Lookups(name: name)) }
        list[place].hits += seen.hits
        list[place].all += seen.hits + seen.misses
      }
    }
  }

  private static func add(
    _ className: String, _ seen: Lookups?, of plan: PlanReport, _ cache: CacheSettings,
    to table: inout MarkdownTable
  ) {
    let bound = plan.expectation.cacheBounds.first { $0.name == className }
    let settings = cache.settings(for: className)
    table.row([
      name(plan.plan), Markdown.escape(className),
      (bound?.ttl ?? settings?.ttl).map { $0 == .zero ? "not cached" : HumanFormat.duration($0) }
        ?? "–",
      seen.map { HumanFormat.count($0.all) }
        ?? bound.map { HumanFormat.number($0.lookups) } ?? "–",
      (bound?.claimed ?? settings?.hitRate).map { HumanFormat.percent($0) } ?? "–",
      seen.map { HumanFormat.percent(Double($0.hits), of: Double($0.all)) } ?? "–",
      bound.map { HumanFormat.percent($0.attainable) } ?? "–",
    ])
  }
}
