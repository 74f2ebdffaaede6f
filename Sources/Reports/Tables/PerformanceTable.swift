import CostModel
import Simulator
import Support

extension ReportTables {
  package static let performance = TableDefinition<PlanRow<TargetPerformance>>(
    name: "performance", about: "One row a model: load, limits, waits and failures.",
    key: ["scenario", "plan", "model"],
    columns: PlanRow.columns + performanceCountColumns + performanceRateColumns
      + performanceTimeColumns + performanceUnitColumns)

  private static let performanceCountColumns: [Column<PlanRow<TargetPerformance>>] = [
    Column("model", .text, "Model, with `@region` where it has several") { .text($0.item.model) },
    Column(
      "calls", .integer, unit: "calls",
      "Calls that this model has answered"
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
    Column(
      "error_rate", .decimal, unit: "1",
      "Failed attempts as a share of all attempts, timeouts included"
    ) {
      .ratio(Int128($0.item.failures), Int128($0.item.attempts))
    },
    Column("saturated", .boolean, "Mean offered load reaches a per-minute limit") {
      .boolean($0.item.saturated)
    },
  ]

  private static let performanceUnitColumns: [Column<PlanRow<TargetPerformance>>] = [
    Column(
      "timeouts", .integer, unit: "attempts",
      "Attempts that took too long: over the timeout, or as a log tells"
    ) {
      .integer($0.item.timeouts)
    },
    Column("timeout_rate", .decimal, unit: "1", "Timeouts as a share of all attempts") {
      .ratio(Int128($0.item.timeouts), Int128($0.item.attempts))
    },
    Column("success_rate", .decimal, unit: "1", "Attempts that succeeded as a share of all") {
      .ratio(Int128($0.item.attempts - $0.item.failures), Int128($0.item.attempts))
    },
    Column(
      "cache_hit_rate", .decimal, unit: "1",
      "Response-cache hits as a share of look-ups, of calls routed to the model in any region"
    ) {
      .ratio(Int128($0.item.cacheHits), Int128($0.item.cacheHits + $0.item.cacheMisses))
    },
    Column(
      "cache_miss_rate", .decimal, unit: "1",
      "Look-ups without a hit as a share of look-ups, likewise"
    ) {
      .ratio(Int128($0.item.cacheMisses), Int128($0.item.cacheHits + $0.item.cacheMisses))
    },
    Column("cost_usd", .usd, unit: "USD", "Cost of all attempts, and fixed prices") {
      .money($0.item.cost)
    },
    Column("cost_per_request_usd", .exactDecimal, unit: "USD", "Cost by calls answered") {
      .dollars($0.item.cost, per: $0.item.calls)
    },
    Column(
      "cost_per_token_usd", .exactDecimal, unit: "USD",
      "Cost by billed tokens, input and output together"
    ) {
      .dollars($0.item.cost, per: $0.item.billedTokens)
    },
  ]

  /// Written where `performance_hours` asks for it.
  package static let performanceHours = TableDefinition<PlanRow<HourCell>>(
    name: "performance_hours",
    about: "At every full UTC hour, what the last hours were like, by model and of all together.",
    indexes: [["scenario", "plan", "until"]],
    columns: PlanRow.columns + hourCountColumns + hourRateColumns)

  private static let hourCountColumns: [Column<PlanRow<HourCell>>] = [
    Column("until", .timestamp, "The full hour, UTC; what happens at it belongs to the next one") {
      .timestamp($0.item.sample.until)
    },
    Column("hours", .integer, unit: "hours", "How far back it looks") {
      .integer(Int64($0.item.sample.hours))
    },
    Column("model", .text, "Model, with `@region` where it has several; empty: all together") {
      .optional($0.item.model) { .text($0) }
    },
    Column("calls", .integer, unit: "calls", "Calls that ended, counted as in costs.csv") {
      .integer($0.item.sample.counts.calls)
    },
    Column("failed_calls", .integer, unit: "calls", "Those that nobody answered") {
      .integer($0.item.sample.counts.failedCalls)
    },
    Column("cache_hits", .integer, unit: "calls", "Those that the response cache answered") {
      .integer($0.item.sample.counts.hits)
    },
    Column("attempts", .integer, unit: "attempts", "Attempts that ended") {
      .integer($0.item.sample.counts.attempts)
    },
    Column(
      "timeouts", .integer, unit: "attempts",
      "Those that took too long: over the timeout, or as a log tells"
    ) {
      .integer($0.item.sample.counts.timeouts)
    },
    Column("tokens", .integer, unit: "tokens", "Billed tokens of attempts that ended") {
      .integer($0.item.sample.counts.tokens)
    },
    Column("cost_usd", .usd, unit: "USD", "Cost of attempts that ended") {
      .money($0.item.sample.counts.cost)
    },
  ]

  private static let hourRateColumns: [Column<PlanRow<HourCell>>] = [
    Column("requests_per_minute", .decimal, unit: "1/min", "Attempts that ended, by minutes") {
      .ratio(Int128($0.item.sample.counts.attempts), 60 * Int128($0.item.sample.hours))
    },
    Column("tokens_per_minute", .decimal, unit: "tokens/min", "Billed tokens, by minutes") {
      .ratio(Int128($0.item.sample.counts.tokens), 60 * Int128($0.item.sample.hours))
    },
    Column(
      "latency_p50_ms", .milliseconds, unit: "ms",
      "Median of waiting and latency of successful attempts; of all together, of answered calls"
    ) { .latency($0.item.sample.p50) },
    Column("latency_p95_ms", .milliseconds, unit: "ms", "95th percentile of the same") {
      .latency($0.item.sample.p95)
    },
    Column("latency_p99_ms", .milliseconds, unit: "ms", "99th percentile of the same") {
      .latency($0.item.sample.p99)
    },
    Column("success_rate", .decimal, unit: "1", "Attempts that succeeded as a share of all") {
      let counts = $0.item.sample.counts
      return .ratio(Int128(counts.attempts - counts.failures), Int128(counts.attempts))
    },
    Column("error_rate", .decimal, unit: "1", "Failed attempts, timeouts included") {
      .ratio(Int128($0.item.sample.counts.failures), Int128($0.item.sample.counts.attempts))
    },
    Column("timeout_rate", .decimal, unit: "1", "Timeouts as a share of all attempts") {
      .ratio(Int128($0.item.sample.counts.timeouts), Int128($0.item.sample.counts.attempts))
    },
    Column("cache_hit_rate", .decimal, unit: "1", "Response-cache hits as a share of look-ups") {
      let counts = $0.item.sample.counts
      return .ratio(Int128(counts.hits), Int128(counts.hits + counts.misses))
    },
    Column("cache_miss_rate", .decimal, unit: "1", "The rest of them") {
      let counts = $0.item.sample.counts
      return .ratio(Int128(counts.misses), Int128(counts.hits + counts.misses))
    },
    Column("cost_per_request_usd", .exactDecimal, unit: "USD", "Cost by calls answered") {
      .dollars($0.item.sample.counts.cost, per: $0.item.sample.counts.answered)
    },
    Column("cost_per_token_usd", .exactDecimal, unit: "USD", "Cost by billed tokens") {
      .dollars($0.item.sample.counts.cost, per: $0.item.sample.counts.tokens)
    },
  ]
}

extension Cell {
  /// Microseconds; unknown where there are none.
  fileprivate static func latency(_ microseconds: Int64?) -> Cell {
    .optional(microseconds) { .duration(SimDuration(microseconds: $0)) }
  }
}
