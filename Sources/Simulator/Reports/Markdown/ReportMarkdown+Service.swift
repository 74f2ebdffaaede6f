import CostModel

extension ReportMarkdown {
  /// What limits allow against what the largest plan asks for, and what came of it.
  static func capacitySection(_ report: ScenarioReport) -> String {
    var text = ""
    for plan in report.plans where !plan.expectation.quotaLoads.isEmpty {
      if plan.plan == report.largestPlan?.plan { text += quotaTable(plan) }
    }
    text += performanceTable(report)
    text += report.plans.map(saturation).joined()
    return text.isEmpty ? "" : heading("Capacity") + text
  }

  private static func quotaTable(_ plan: PlanReport) -> String {
    var table = MarkdownTable([
      .text("model"), .text("limit"), .number("allowed"), .number("asked for, mean"),
      .number("busiest hour"), .number("full at, mean"), .number("full at, busiest hour"),
    ])
    for load in plan.expectation.quotaLoads {
      table.row([
        Markdown.escape(load.target), Markdown.escape(load.limit),
        PlainEnglish.number(load.allowed), PlainEnglish.number(load.offeredMean),
        PlainEnglish.number(load.offeredBusiestHour), users(load.saturatesAtUsersMean),
        users(load.saturatesAtUsersBusiestHour),
      ])
    }
    return "What \(name(plan.plan)) ask for, and how many users would fill each limit:\n\n"
      + table.text
  }

  private static func users(_ value: Double) -> String {
    guard value.isFinite else { return "never" }
    return PlainEnglish.grouped(DecimalText.real(value.rounded(.down), places: 0) ?? "–") + " users"
  }

  /// What happened at every model, in plans where a limit or a breaker did anything.
  private static func performanceTable(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text("plan"), .text("model"), .number("peak use of a limit"), .number("queued"),
      .number("p95 wait"), .number("throttled"), .number("fallback calls"),
      .number("breaker trips"), .text("saturated"),
    ])
    for plan in report.plans {
      for target in plan.result.performance where isNoteworthy(target) {
        table.row([
          name(plan.plan), Markdown.escape(target.model),
          target.quotaUtilisationPeak.map { PlainEnglish.percent($0) } ?? "–",
          PlainEnglish.count(target.queuedCalls),
          target.queuedCalls > 0 ? PlainEnglish.percentile(target.queue, 95) : "–",
          PlainEnglish.count(target.throttledCalls), PlainEnglish.count(target.fallbackCalls),
          PlainEnglish.count(target.breakerTrips), target.saturated ? "**yes**" : "no",
        ])
      }
    }
    return table.isEmpty ? "" : "What the simulation saw:\n\n" + table.text
  }

  private static func isNoteworthy(_ target: TargetPerformance) -> Bool {
    (target.quotaUtilisationPeak != nil && target.attempts > 0) || target.queuedCalls > 0
      || target.throttledCalls > 0
      || target.breakerTrips > 0 || target.fallbackCalls > 0
  }

  private static func saturation(_ plan: PlanReport) -> String {
    let models = plan.result.performance.filter(\.saturated).map { Markdown.escape($0.model) }
    guard !models.isEmpty else { return "" }
    return "With \(name(plan.plan)), \(PlainEnglish.list(models)) "
      + "\(models.count == 1 ? "is" : "are") saturated: on average more is asked for than the "
      + "limits allow, so calls wait ever longer or are turned away"
      + " (longest wait: \(PlainEnglish.duration(plan.result.queueMax))).\n\n"
  }

  /// Claimed hit rates beside the simulated ones and what the traffic could reach at most.
  static func cacheSection(_ report: ScenarioReport) -> String {
    guard report.scenario.cache.mode != .off else { return "" }
    var table = MarkdownTable([
      .text("plan"), .text("class"), .number("time to live"), .number("look-ups"),
      .number("claimed"), .number("simulated"), .number("attainable"),
    ])
    var impossible: [String] = []
    for plan in report.plans {
      for bound in plan.expectation.cacheBounds {
        if let claimed = bound.claimed, claimed > bound.attainable { impossible.append(bound.name) }
      }
      for name in cacheClasses(of: plan) { add(name, of: plan, report.scenario.cache, to: &table) }
    }
    guard !table.isEmpty else { return "" }
    var text = heading("Cache") + table.text
    let names = impossible.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    if !names.isEmpty {
      text += "These users cannot reach the claimed hit rate of "
      text += PlainEnglish.list(names.map(Markdown.escape))
      text += ", even if all of their prompts were the same: entries expire before the next "
      text += "request for them comes.\n\n"
    }
    return text
  }

  /// Classes with a bound, then those that only the simulation saw.
  private static func cacheClasses(of plan: PlanReport) -> [String] {
    let bounds = plan.expectation.cacheBounds.map(\.name)
    return bounds
      + plan.result.cacheClasses.map { $0.name ?? defaultClass }.filter { !bounds.contains($0) }
  }

  private static let defaultClass = "default"

  private static func add(
    _ className: String, of plan: PlanReport, _ cache: CacheSettings, to table: inout MarkdownTable
  ) {
    let seen = plan.result.cacheClasses.first { ($0.name ?? defaultClass) == className }
    let bound = plan.expectation.cacheBounds.first { $0.name == className }
    let settings = cache.settings(for: className)
    let lookups = seen.map { $0.hits + $0.misses }
    let simulated = seen.flatMap { seen in
      lookups.map { PlainEnglish.percent(Double(seen.hits), of: Double($0)) }
    }
    table.row([
      name(plan.plan), Markdown.escape(className),
      (bound?.ttl ?? settings?.ttl).map(PlainEnglish.duration) ?? "–",
      lookups.map(PlainEnglish.count) ?? bound.map { PlainEnglish.number($0.lookups) } ?? "–",
      (bound?.claimed ?? settings?.hitRate).map { PlainEnglish.percent($0) } ?? "–",
      simulated ?? "–", bound.map { PlainEnglish.percent($0.attainable) } ?? "–",
    ])
  }

  static func flowSection(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text("plan"), .text("flow"), .number("started"), .number("completed"), .number("failed"),
      .number("median"), .number("p95"), .number("p99"),
    ])
    for plan in report.plans {
      for flow in plan.result.flows {
        table.row([
          name(plan.plan), Markdown.escape(flow.workload), PlainEnglish.count(flow.started),
          PlainEnglish.count(flow.completed), PlainEnglish.count(flow.failed),
          PlainEnglish.percentile(flow.latency, 50), PlainEnglish.percentile(flow.latency, 95),
          PlainEnglish.percentile(flow.latency, 99),
        ])
      }
    }
    guard !table.isEmpty else { return "" }
    return heading("Flows") + "Work of several calls, from its start to its last answer:\n\n"
      + table.text
  }
}
