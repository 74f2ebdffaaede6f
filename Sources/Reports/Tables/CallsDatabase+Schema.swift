import CostModel
import Scenarios

extension CallsDatabase {
  package static func table(
    hasExperiments: Bool, tellsQuality: Bool, caching: [String] = [], meters: [CallMeter] = []
  ) -> String {
    let quality = QualityMetric.allCases.map { ", \(stored($0)) INTEGER" }.joined()
    return """
      CREATE TABLE call_models (
        model INTEGER PRIMARY KEY, name TEXT NOT NULL, provider TEXT NOT NULL);
      CREATE TABLE call_accounts (account INTEGER PRIMARY KEY, account_id TEXT NOT NULL);
      CREATE TABLE call_kinds (
        kind INTEGER PRIMARY KEY, account_plan TEXT, use_case TEXT NOT NULL, action TEXT, task TEXT,
        complexity TEXT, priority TEXT, tier TEXT NOT NULL, reason TEXT NOT NULL, segment TEXT\(hasExperiments ? ", experiment TEXT, variant TEXT" : ""));
      CREATE TABLE call_log (
        call INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,
        account INTEGER REFERENCES call_accounts, kind INTEGER NOT NULL REFERENCES call_kinds,
        routed INTEGER NOT NULL REFERENCES call_models, cache INTEGER NOT NULL,
        model INTEGER REFERENCES call_models, attempts INTEGER NOT NULL, skipped INTEGER NOT NULL,
        failed INTEGER NOT NULL, queue_us INTEGER NOT NULL, latency_us INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, audio_us INTEGER NOT NULL,
        input_cost_pico INTEGER NOT NULL, output_cost_pico INTEGER NOT NULL,
        other_cost_pico INTEGER NOT NULL, cost_pico INTEGER NOT NULL, msgs INTEGER NOT NULL\(tellsQuality ? quality : "")\(cachingStored(caching))\(meters.map { ", \(stored($0)) INTEGER" }.joined()));
      """
  }

  /// Columns of `CallsFile.cachingColumns` as they are stored.
  private static func cachingStored(_ columns: [String]) -> String {
    columns.map { name in
      switch name {
      case "conversation", "kind": ", \(name == "kind" ? "call_kind" : name) TEXT"
      default: ", \(name) INTEGER"
      }
    }.joined()
  }

  /// Calls are numbered in order of time, so an index by time would only repeat their key.
  ///
  /// `calls` has the columns of calls.csv and, beside each amount, its whole picodollars.
  package static func views(
    hasExperiments: Bool, tellsQuality: Bool, caching: [String] = [], meters: [CallMeter] = []
  ) -> String {
    """
    CREATE INDEX call_log_by_account ON call_log (account);
    CREATE VIEW calls AS
      SELECT call, strftime('%Y-%m-%dT%H:%M:%S', time_us / 1000000, 'unixepoch')
          || printf('.%06dZ', time_us % 1000000) AS timestamp,
        account_id, account_plan, use_case, action, task, complexity, priority, tier,
        routed.name AS routed_model, reason,
        CASE cache WHEN 0 THEN 'off' WHEN 1 THEN 'miss' ELSE 'hit' END AS cache,
        answered.name AS model, answered.provider AS provider, attempts, skipped,
        CASE failed WHEN 0 THEN 'ok' ELSE 'failed' END AS status, queue_us, latency_us,
        input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
        audio_us / 1e6 AS audio_seconds, \(amounts), segment, msgs\(tellsQuality ? shownQuality : "")\(hasExperiments ? ", experiment, variant" : "")\(caching.map { $0 == "kind" ? ", call_kind AS kind" : ", " + $0 }.joined())\(meters.map(shown).joined())
      FROM call_log AS log JOIN call_kinds USING (kind)
        JOIN call_models AS routed ON routed.model = log.routed
        LEFT JOIN call_accounts USING (account)
        LEFT JOIN call_models AS answered ON answered.model = log.model;
    CREATE VIEW calls_by_hour AS
      SELECT strftime('%Y-%m-%dT%H:00:00Z', time_us / 3600000000 * 3600, 'unixepoch') AS hour,
        count(*) AS calls, sum(cache = 2) AS cache_hits, sum(failed) AS failed,
        max(latency_us) / 1e3 AS latency_max_ms, sum(cost_pico) / 1e12 AS cost_usd,
        sum(cost_pico) AS cost_pico
      FROM call_log GROUP BY time_us / 3600000000;
    CREATE VIEW calls_exact_sum AS
      SELECT count(*) AS calls, \(DatabaseViews.exact("cost_pico / 1000000000000", "cost_pico % 1000000000000"))
        AS cost_usd_exact
      FROM call_log;
    """
  }

  /// A meter's column of `call_log`: time is in whole microseconds.
  private static func stored(_ meter: CallMeter) -> String {
    meter.dimension.isTime ? meter.key + "_us" : meter.column
  }

  private static func shown(_ meter: CallMeter) -> String {
    meter.dimension.isTime ? ", \(stored(meter)) / 1e6 AS \(meter.column)" : ", " + meter.column
  }

  /// A metric's column of `call_log`: 0 or 1, millionths or microseconds.
  private static func stored(_ metric: QualityMetric) -> String {
    switch metric {
    case .engagement: "engagement_ppm"
    case .responseTime: "response_time_us"
    default: "is_" + metric.name
    }
  }

  private static let shownQuality: String = {
    func flag(_ metric: QualityMetric, _ name: String, _ yes: String, _ no: String) -> String {
      ", CASE \(stored(metric)) WHEN 1 THEN '\(yes)' WHEN 0 THEN '\(no)' END AS \(name)"
    }
    func bool(_ metric: QualityMetric, _ name: String) -> String {
      flag(metric, name, "true", "false")
    }
    return flag(.satisfaction, "feedback", "positive", "negative") + bool(.sent, "sent")
      + bool(.conversion, "converted") + ", engagement_ppm / 1e6 AS engagement"
      + ", response_time_us / 1e3 AS response_time_ms" + bool(.hallucination, "hallucination")
      + bool(.inappropriate, "inappropriate") + bool(.technicalError, "technical_error")
  }()

  private static let amounts = ["input_cost", "output_cost", "other_cost", "cost"].map {
    "\($0)_pico / 1e12 AS \($0)_usd, \($0)_pico"
  }.joined(separator: ",\n    ")
}
