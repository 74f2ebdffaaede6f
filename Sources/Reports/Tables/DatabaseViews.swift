/// Questions that everybody asks of `costs.sqlite`.
package enum DatabaseViews {
  /// - Parameter addingUp: tables that add up to the bill, beside plans.
  package static func sql(addingUp tables: [String]) -> String {
    let sums = tables.map {
      "\n  UNION ALL SELECT '\($0)', scenario, plan, \(exact) FROM \($0) GROUP BY scenario, plan"
    }
    return views + sums.joined() + ";"
  }

  private static let views = """
    CREATE VIEW cost_by_model AS
      SELECT scenario, plan, model, sum(calls) AS calls, sum(attempts) AS attempts,
        sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
        \(sum)
      FROM costs GROUP BY scenario, plan, model;
    CREATE VIEW cost_by_use_case AS
      SELECT scenario, plan, use_case, sum(calls) AS calls, \(sum)
      FROM costs GROUP BY scenario, plan, use_case;
    CREATE VIEW cost_by_model_and_day AS
      SELECT scenario, plan, date, model, calls, cost_usd FROM daily
      WHERE calls > 0 OR cost_usd > 0;
    CREATE VIEW top_accounts AS
      SELECT scenario, plan, rank, account_id, account_plan, calls, cost_usd, share
      FROM accounts WHERE rank <= 20 ORDER BY scenario, plan, rank;
    CREATE VIEW month_to_date AS
      SELECT scenario, plan, date, day_cost_usd, sum(day_cost_usd) OVER (
        PARTITION BY scenario, plan, substr(date, 1, 7) ORDER BY date) AS month_to_date_usd
      FROM (SELECT scenario, plan, date, sum(cost_usd) AS day_cost_usd
        FROM daily GROUP BY scenario, plan, date);
    CREATE VIEW exact_sums AS
      SELECT 'plans' AS "table", scenario, plan, \(exact) AS cost_usd_exact
        FROM plans GROUP BY scenario, plan
    """

  private static let sum = "sum(cost_usd) AS cost_usd"

  private static let exact = exact("cost_usd_whole", "cost_usd_pico")

  /// The exact sum of whole dollars and the picodollars beyond them, with 12 decimals, as text.
  package static func exact(_ whole: String, _ pico: String) -> String {
    """
    printf('%d.%012d', sum(\(whole)) + sum(\(pico)) / 1000000000000, \
    sum(\(pico)) % 1000000000000)
    """
  }
}
