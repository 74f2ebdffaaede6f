/// calls.csv, column by column as docs/interface.md lists them.
public enum ReferenceLedgerText {
  /// Meters come last, each in a column of its own.
  static func header(_ meters: [String]) -> String {
    columns + meters.map { "," + column($0) }.joined() + "\r\n"
  }

  /// A meter's column, in logs as here.
  public static func column(_ meter: String) -> String {
    switch meter {
    case "input_audio", "input_image", "output_audio", "output_image": meter + "_tokens"
    case "video": "video_seconds"
    default: meter
    }
  }

  private static let columns =
    "call,timestamp,account_id,account_plan,use_case,action,task,complexity,priority,tier,"
    + "routed_model,reason,cache,model,provider,attempts,skipped,status,queue_us,latency_us,"
    + "input_tokens,cached_input_tokens,output_tokens,reasoning_tokens,audio_seconds,"
    + "input_cost_usd,output_cost_usd,other_cost_usd,cost_usd,segment,msgs"

  static func line(
    _ row: ReferenceRow, call: ReferenceCall, reason: String?, log: ReferenceLogRow,
    account: String?, replay: ReferenceReplay
  ) -> String {
    let targets = replay.scenario.targets
    let names = targets.map { target in
      replay.modelNames[target.model] + (target.region.map { "@" + $0 } ?? "")
    }
    // A hit is answered by the routed model, a failed call by nobody.
    let isHit = row.cache == .hit
    let model = row.target.map { names[$0] } ?? (isHit ? replay.modelNames[call.routed] : "")
    let answered = row.target.map { targets[$0].model } ?? (isHit ? call.routed : nil)
    let bill = row.bill
    let total = bill.inputCost + bill.outputCost + bill.otherCost
    let fields = [
      String(row.id), timestamp(row.time), account ?? "", log.attributes["account_plan"] ?? "",
      log.attributes["use_case"] ?? "not told", log.attributes["action"] ?? "",
      log.attributes["task"] ?? "", log.attributes["complexity"] ?? "",
      log.attributes["priority"] ?? "", call.tier ?? "standard",
      replay.modelNames[call.routed], reason ?? "",
      "\(row.cache)", model, answered.map { replay.providers[$0] } ?? "", String(row.attempts),
      String(row.skipped), row.isFailed ? "failed" : "ok", String(row.queue),
      String(row.latency), String(bill.input), String(bill.cached), String(bill.output),
      String(bill.reasoning), decimal(bill.audio, places: 6, atLeast: 0),
      decimal(bill.inputCost, places: 12, atLeast: 2),
      decimal(bill.outputCost, places: 12, atLeast: 2),
      decimal(bill.otherCost, places: 12, atLeast: 2), decimal(total, places: 12, atLeast: 2),
      log.attributes["segment"] ?? "", "1",
    ]
    let meters = replay.meters.map { name in
      let quantity = bill.meters[name] ?? 0
      return name == "video" ? decimal(quantity, places: 6, atLeast: 0) : String(quantity)
    }
    return (fields + meters).map(quoted).joined(separator: ",") + "\r\n"
  }

  private static func quoted(_ field: String) -> String {
    let needsQuotes = field.contains { ",\"\r\n".contains($0) }
    return needsQuotes
      ? "\""
        + field.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\"" : field
  }

  /// A whole number of the last place's units, without trailing zeros.
  private static func decimal(_ value: Int64, places: Int, atLeast least: Int) -> String {
    var digits = String(value)
    while digits.count <= places { digits = "0" + digits }
    let whole = digits.dropLast(places)
    var fraction = digits.suffix(places)
    while fraction.count > least, fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? String(whole) : whole + "." + fraction
  }

  /// RFC 3339 in UTC with six decimals, found by counting years and months from 1970.
  private static func timestamp(_ microseconds: Int64) -> String {
    var days = microseconds / 86_400_000_000
    var rest = microseconds % 86_400_000_000
    var (year, month) = (1970, 1)
    while days >= length(year, month) {
      days -= length(year, month)
      (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
    }
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let fraction = rest % 1_000_000
    rest /= 1_000_000
    let date = "\(year)-\(two(Int64(month)))-\(two(days + 1))"
    let clock = "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
    let micros = String(String(1_000_000 + fraction).dropFirst())
    return date + "T" + clock + "." + micros + "Z"
  }

  private static func length(_ year: Int, _ month: Int) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
