import CostModel

extension ReportTables {
  static let performance = TableDefinition<PlanRow<TargetPerformance>>(
    name: "performance", about: "One row a model: load, limits, waits and failures.",
    key: ["scenario", "plan", "model"],
    columns: PlanRow.columns + performanceCountColumns + performanceRateColumns
      + performanceTimeColumns)

  private static let performanceCountColumns: [Column<PlanRow<TargetPerformance>>] = [
    Column("model", .text, "Model, with `@region` where it has several") { .text($0.item.model) },
    Column(
      "calls", .integer, unit: "calls",
      "Calls answered by this model; hits and failed calls count where they were routed"
    ) {
      .integer($0.item.calls)
    },
    Column(
      "fallback_calls", .integer, unit: "calls",
      "Calls answered by this model that were routed to another"
    ) {
      .integer($0.item.fallbackCalls)
    },
    Column(
      "other_region_calls", .integer, unit: "calls",
      "Calls routed to this model and answered in this region because an earlier one failed or was "
        + "skipped"
    ) {
      .integer($0.item.otherRegionCalls)
    },
    Column("breaker_trips", .integer, unit: "times", "Times that the circuit breaker opened") {
      .integer($0.item.breakerTrips)
    },
    Column(
      "throttled_calls", .integer, unit: "attempts",
      "Attempts skipped because they would wait too long for a quota"
    ) {
      .integer($0.item.throttledCalls)
    },
    Column("queued_calls", .integer, unit: "attempts", "Attempts that waited for a quota") {
      .integer($0.item.queuedCalls)
    },
  ]

  private static let performanceRateColumns: [Column<PlanRow<TargetPerformance>>] = [
    Column(
      "requests_per_minute_mean", .decimal, unit: "1/min",
      "Attempts started a minute, mean of the period"
    ) {
      .real($0.item.requestsPerMinuteMean)
    },
    Column(
      "requests_per_minute_peak", .integer, unit: "1/min",
      "Attempts started in the busiest UTC minute"
    ) {
      .integer($0.item.requestsPerMinutePeak)
    },
    Column(
      "tokens_per_minute_mean", .decimal, unit: "tokens/min",
      "Tokens of attempts started a minute, mean of the period"
    ) {
      .real($0.item.tokensPerMinuteMean)
    },
    Column(
      "tokens_per_minute_peak", .integer, unit: "tokens/min",
      "Tokens of attempts started in the busiest UTC minute"
    ) {
      .integer($0.item.tokensPerMinutePeak)
    },
    Column(
      "quota_utilisation_peak", .decimal, unit: "1",
      "Largest share of a per-minute limit used in a minute; empty without limits"
    ) { .optional($0.item.quotaUtilisationPeak) { .real($0) } },
  ]

  private static let performanceTimeColumns: [Column<PlanRow<TargetPerformance>>] = [
    Column(
      "queue_p95_ms", .milliseconds, unit: "ms",
      "95th percentile of the attempts' waits for a quota"
    ) {
      .percentile($0.item.queue, 95)
    },
    Column(
      "latency_p50_ms", .milliseconds, unit: "ms",
      "Median of waiting and latency of successful attempts"
    ) {
      .percentile($0.item.latency, 50)
    },
    Column(
      "latency_p95_ms", .milliseconds, unit: "ms",
      "95th percentile of waiting and latency of successful attempts"
    ) {
      .percentile($0.item.latency, 95)
    },
    Column(
      "latency_p99_ms", .milliseconds, unit: "ms",
      "99th percentile of waiting and latency of successful attempts"
    ) {
      .percentile($0.item.latency, 99)
    },
    Column("error_rate", .decimal, unit: "1", "Failed attempts as a share of all attempts") {
      .ratio(Int128($0.item.failures), Int128($0.item.attempts))
    },
    Column("saturated", .boolean, "Mean offered load reaches a per-minute limit") {
      .boolean($0.item.saturated)
    },
  ]
}
