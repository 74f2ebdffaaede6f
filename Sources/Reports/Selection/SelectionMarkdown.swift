import CostModel
import Decisions
import Scenarios
import Support

/// `select.md`: which model for which calls, for a founder.
package struct SelectionMarkdown {
  package static let picture = "charts/select.svg"

  package let study: SelectionStudy

  package init(study: SelectionStudy) {
    self.study = study
  }
  private var catalog: Catalog { study.scenario.catalog }
  private var rules: SelectionRules { study.rules }

  package var title: String {
    "Which model for what: "
      + (study.scenario.title.isEmpty ? study.scenario.name : study.scenario.title)
  }

  /// `hasPicture`: whether there is anything to draw.
  package func text(hasPicture: Bool) -> String {
    let picture = hasPicture ? "![Cost and quality of the models](\(Self.picture))\n\n" : ""
    return "# \(Markdown.escape(title))\n\n" + headline(emphasis: "**") + "\n\n" + picture
      + answers + scales + study.answers.map(models).joined() + incapable + basis
  }

  // MARK: The answer

  package func headline(emphasis: String = "") -> String {
    let leftOut = LeftOutWords.sentence(
      study.leftOut, emphasis: emphasis, instead: "`levers` simulates a choice.")
    return [leftOut, choices(emphasis), limits(emphasis), spreads].compactMap { $0 }
      .joined(separator: " ")
  }

  /// Names as a terminal or, with emphasis, a page takes them.
  private func escape(_ text: String, _ emphasis: String) -> String {
    emphasis.isEmpty ? HumanFormat.visible(text) : Markdown.escape(text)
  }

  private func choices(_ emphasis: String) -> String {
    func strong(_ text: String) -> String { emphasis + text + emphasis }
    func escape(_ text: String) -> String { self.escape(text, emphasis) }
    let all = HumanFormat.plural(Int64(study.answers.count), "kind of call", "kinds of calls")
    let changed = study.answers.filter { !$0.isFallback && $0.chosen != $0.current }
    guard let first = changed.first, let best = first.chosen, let now = first.current else {
      return
        "The score changes no model of \(study.answers.count == 1 ? "the one kind of call" : all)."
    }
    let amounts = [first.cost(of: best), first.currentCost].map { $0.map(thousand) ?? "–" }
    let name = escape(first.calls.name)
    let which = changed.count == 1 ? name : "the one that costs most, \(name),"
    return
      "The score picks another model than today's for "
      + strong("\(changed.count) of \(all)") + ": \(which) goes to "
      + strong(escape(catalog[best].name)) + " in place of \(escape(catalog[now].name)) "
      + "(\(amounts[0]) in place of \(amounts[1]) for 1,000 calls)."
  }

  /// Where limits, or missing figures, leave nothing to choose from.
  private func limits(_ emphasis: String) -> String? {
    let fallen = study.answers.filter(\.isFallback)
    guard !fallen.isEmpty else { return nil }
    let kinds = HumanFormat.plural(Int64(fallen.count), "kind of call", "kinds of calls")
    if let fallback = rules.fallback {
      return "For \(kinds) no model is left, so the rule falls back to "
        + "\(escape(catalog[fallback].name, emphasis))."
    }
    let unrated = fallen.filter { $0.scale == nil }.count
    let advice =
      unrated > 0
      ? " Nobody gives a quality figure of a model that can take "
        + (unrated < fallen.count ? "\(unrated) of them" : unrated == 1 ? "it" : "them")
        + ": state some (`selection: quality`), or try `--stand-in 70%`."
      : ""
    return "For \(kinds) no model is left, and the rules name none for that case "
      + "(`selection: fallback`), so none is proposed." + advice
  }

  private var spreads: String? {
    guard let cost = widest(\.cost), let latency = widest(\.latency),
      let quality = widest(\.quality)
    else { return nil }
    return
      "In that score, cost sets models apart by at most \(points(cost.spread)) points, latency by up to "
      + "\(points(latency.spread)) and quality by up to \(points(quality.spread))."
  }

  /// The kind of call at which a part of the score sets the models that are left furthest apart.
  private func widest(
    _ part: KeyPath<SelectionCandidate.Score, Double>
  ) -> (spread: Double, answer: SelectionAnswer)? {
    study.answers.compactMap { answer in
      answer.spread(of: part).map { (spread: $0, answer: answer) }
    }.max { $0.spread < $1.spread }
  }

  private var answers: String {
    var table = MarkdownTable([
      .text("kind of call"), .number("calls a month"), .text("now"), .number("1,000 calls now"),
      .text("best by the score"), .number("1,000 calls then"), .number("score"), .number("quality"),
      .text("judged on"), .text("cost/quality frontier, cheapest first"),
    ])
    for answer in study.answers {
      let best = answer.left.first
      table.row([
        Markdown.escape(answer.calls.name), HumanFormat.number(answer.calls.calls),
        answer.calls.current.map(name).joined(separator: ", "),
        answer.currentCost.map(thousand) ?? "–",
        best.map { "**\(name($0.model))**" }
          ?? rules.fallback.map { "\(name($0)) (fallback)" } ?? "none",
        best?.cost.map(thousand) ?? "–", best?.score.map { points($0.total) } ?? "–",
        best?.quality.map { HumanFormat.percent($0.value) } ?? "–",
        answer.scale.map { Markdown.escape($0.name) } ?? "nothing",
        answer.frontier.map { name($0.model) }.joined(separator: ", "),
      ])
    }
    return ReportMarkdown.heading("The best model for every kind of call") + table.text
  }

  // MARK: What the score sees

  private var scales: String {
    guard let cost = widest(\.cost), let latency = widest(\.latency),
      let quality = widest(\.quality)
    else { return "" }
    var table = MarkdownTable([
      .text("part"), .number("weight"), .text("used up at"), .number("sets models apart by"),
      .text("most for"),
    ])
    let weights = rules.weights
    let rows: [(String, Double, String, (spread: Double, answer: SelectionAnswer))] = [
      ("quality", weights.quality, "0 %", quality),
      ("latency", weights.latency, HumanFormat.duration(rules.latencyScale), latency),
      ("cost", weights.cost, HumanFormat.usd(rules.costScale) + " a call", cost),
    ]
    for (part, weight, end, widest) in rows {
      table.row([
        part, HumanFormat.number(weight), end, points(widest.spread),
        Markdown.escape(widest.answer.calls.name),
      ])
    }
    return ReportMarkdown.heading("What the score sees of cost") + table.text + dearest(cost)
      + otherwise
  }

  private func dearest(_ cost: (spread: Double, answer: SelectionAnswer)) -> String {
    let costs = cost.answer.left.compactMap(\.cost)
    guard let low = costs.min(), let high = costs.max() else { return "" }
    return
      "Where cost counts most, for \(Markdown.escape(cost.answer.calls.name)), 1,000 calls cost "
      + "\(thousand(low)) to \(thousand(high)): against \(HumanFormat.usd(rules.costScale)) a call "
      + "that is \(points(cost.spread)) points. Conversion is the call's own, the same for every model, "
      + "so it sets none apart.\n\n"
  }

  /// What would change if cost could use up its part of the score as well.
  private var otherwise: String {
    let able = study.answers.filter { $0.left.count > 1 }
    let changes = able.compactMap { answer -> String? in
      guard let other = answer.bestWhereCostCounts(rules), other != answer.chosen,
        let chosen = answer.chosen
      else { return nil }
      return "\(Markdown.escape(answer.calls.name)) (\(name(other)) in place of \(name(chosen)))"
    }
    let start =
      "If the dearest model left used up the cost's part, as \(HumanFormat.usd(rules.costScale)) does "
      + "now, "
    guard !changes.isEmpty else { return start + "every choice would stay.\n\n" }
    return start + "the choice would change for \(changes.count) of \(able.count) kinds of calls: "
      + HumanFormat.list(changes) + ".\n\n"
  }

  // MARK: Kind by kind

  private func models(_ answer: SelectionAnswer) -> String {
    let shown = answer.candidates.filter { $0.isLeft || isDropped($0) }
    var text = ReportMarkdown.heading(Markdown.escape(answer.calls.name))
    text +=
      answer.scale.map { "Judged on \(Markdown.escape($0.title)) (`\(Markdown.escape($0.name))`)." }
      ?? "No model that can take these calls has a quality figure."
    text += " Now: \(answer.calls.current.map(name).joined(separator: ", "))."
    if let conversion = answer.calls.conversion {
      text += " Conversion: \(HumanFormat.percent(conversion))."
    }
    text += "\n\n"
    if !shown.isEmpty { text += table(shown, answer) }
    return text + unscored(answer)
  }

  private func isDropped(_ candidate: SelectionCandidate) -> Bool {
    if case .dropped = candidate.verdict { return true }
    return false
  }

  private func table(_ shown: [SelectionCandidate], _ answer: SelectionAnswer) -> String {
    var table = MarkdownTable([
      .text("model"), .number("score"), .number("quality"), .number("mean latency"),
      .number("1,000 calls"), .text("frontier"), .text("verdict"), .text("quality from"),
    ])
    for candidate in shown {
      table.row([
        name(candidate.model), candidate.score.map { points($0.total) } ?? "–",
        candidate.quality.map { HumanFormat.percent($0.value) } ?? "not given",
        candidate.latency.map {
          HumanFormat.duration(SimDuration(microseconds: Int64($0)))
        } ?? "not given",
        candidate.cost.map(thousand) ?? "–", candidate.isOnFrontier ? "yes" : "",
        verdict(candidate, answer),
        candidate.quality.map { Markdown.escape($0.source ?? "stand-in") } ?? "–",
      ])
    }
    return table.text
  }

  private func verdict(_ candidate: SelectionCandidate, _ answer: SelectionAnswer) -> String {
    if case .dropped(let limits) = candidate.verdict {
      return "breaks " + HumanFormat.list(limits.map(limit))
    }
    return answer.choice == .best(candidate.model) ? "**best**" : ""
  }

  private func limit(_ name: String) -> String {
    switch name {
    case "max_latency":
      "the limit of " + (rules.maxLatency.map { HumanFormat.duration($0) } ?? "") + " latency"
    case "max_cost":
      "the limit of " + (rules.maxCost.map { HumanFormat.usd($0) } ?? "") + " a call"
    default: "the least quality, " + (rules.minQuality.map { HumanFormat.percent($0) } ?? "")
    }
  }

  private func unscored(_ answer: SelectionAnswer) -> String {
    var names: [(what: String, models: [String])] = []
    for candidate in answer.candidates {
      guard case .unscored(let what) = candidate.verdict else { continue }
      let place = names.firstIndex { $0.what == what } ?? names.count
      if place == names.count { names.append((what, [])) }
      names[place].models.append(name(candidate.model))
    }
    let lines = names.map { "Not scored, since nobody gives their \($0.what): \(some($0.models))." }
    return lines.isEmpty ? "" : lines.joined(separator: " ") + "\n\n"
  }

  /// Who cannot take which calls, and why.
  private var incapable: String {
    var counts: [[String]: Int] = [:]
    for answer in study.answers {
      for candidate in answer.candidates {
        guard case .incapable(let reason) = candidate.verdict else { continue }
        counts[[catalog[candidate.model].name, reason], default: 0] += 1
      }
    }
    guard !counts.isEmpty else { return "" }
    var table = MarkdownTable([.text("model"), .text("why"), .number("kinds of calls")])
    let shown = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.prefix(Self.most * 2)
    for (key, count) in shown {
      table.row([
        Markdown.escape(key[0]), Markdown.escape(key[1]), "\(count) of \(study.answers.count)",
      ])
    }
    let rest = counts.count - shown.count
    return ReportMarkdown.heading("Models that cannot take some calls") + table.text
      + (rest > 0 ? "And \(rest) more in [select.csv](select.csv).\n\n" : "")
  }

  // MARK: Basis

  private var conversations: String {
    study.answers.contains { $0.calls.workload.conversation != nil }
      ? " A call of a conversation costs what it would had the model alone answered all calls of its "
        + "kind in the plan's conversations, with what its prompt cache then reads." : ""
  }

  private var basis: String {
    ReportMarkdown.heading("What this rests on")
      + """
      - Score = \(HumanFormat.number(rules.weights.quality)) × quality \
      + \(HumanFormat.number(rules.weights.latency)) × (1 − latency ÷ \
      \(HumanFormat.duration(rules.latencyScale))) \
      + \(HumanFormat.number(rules.weights.cost)) × (1 − cost ÷ \
      \(HumanFormat.usd(rules.costScale))) \
      + \(HumanFormat.number(rules.weights.conversion)) × conversion, of the mean call.
      - Cost is the expected price of an answered call with the token sizes of the scenario, by the \
      catalog's prices: no response cache, no provider's cache, no fallback. A model that does not \
      think would not bill the thinking that is stated here.\(conversations)
      - Latency is the mean of the catalog or the scenario, without waiting for quotas.
      - Quality is what the scenario claims, each figure with its source; nobody has \
      measured it here. Scales cannot be compared with one another, so a kind of call is judged on one \
      of them. A model without a figure is not scored\
      \(rules.standIn.map { ", unless a stand-in is stated: here " + HumanFormat.percent($0) } ?? "").
      - Try a choice on real calls before taking it; `levers` and `--override swaps` tell what it does \
      to the bill.

      The same figures for spreadsheets: [select.csv](select.csv).

      """
  }

  // MARK: Words

  /// Names beyond these are counted.
  private static let most = 12

  private func some(_ names: [String]) -> String {
    guard names.count > Self.most else { return HumanFormat.list(names) }
    return names.prefix(Self.most).joined(separator: ", ")
      + " and \(names.count - Self.most) more"
  }

  private func name(_ id: ModelID) -> String { Markdown.escape(catalog[id].name) }

  /// What 1,000 calls cost.
  private func thousand(_ dollars: Double) -> String {
    HumanFormat.usd(MoneySum(picodollars: Int128((dollars * 1e15).rounded())))
  }

  /// Of a score: three decimals, six where those would say little.
  private func points(_ value: Double) -> String {
    let places = value != 0 && value.magnitude < 0.001 ? 6 : 3
    return DecimalText.real(value, places: places).map(HumanFormat.grouped) ?? "–"
  }
}
