import CostModel
import Scenarios
import Support

extension InputChanges {
  // MARK: Prices

  package mutating func addPrices(_ id: ModelID) {
    let (old, new) = (base.catalog[id], head.catalog[id])
    guard old.prices.count == 1, new.prices.count == 1,
      old.prices[0].effectiveFrom == new.prices[0].effectiveFrom
    else {
      let isSame =
        old.prices.count == new.prices.count
        && zip(old.prices, new.prices).allSatisfy { a, b in
          a.effectiveFrom == b.effectiveFrom && a.rates == b.rates
            && a.fixedMonthly == b.fixedMonthly && a.hasRules(of: b)
        }
      if !isSame {
        add(.price, "prices of \(new.name)", part: .model(id)) {
          $0.scenario.catalog[id].prices = new.prices
        }
      }
      return
    }
    let (before, after) = (old.prices[0], new.prices[0])
    for dimension in BillingDimension.allCases
    where !GateWords.isSame(before.rates[dimension], after.rates[dimension]) {
      let (from, to) = GateWords.prices(before.rates[dimension], after.rates[dimension], dimension)
      add(.price, "price of \(new.name), \(dimension.label)", from, to, part: .model(id)) {
        $0.scenario.catalog[id].prices[0].rates[dimension] = after.rates[dimension]
      }
    }
    if before.fixedMonthly != after.fixedMonthly {
      add(
        .price, "monthly price of \(new.name)", GateWords.money(before.fixedMonthly),
        GateWords.money(after.fixedMonthly), part: .model(id)
      ) { $0.scenario.catalog[id].prices[0].fixedMonthly = after.fixedMonthly }
    }
    if !before.hasRules(of: after) {
      add(.price, "price rules of \(new.name) (tiers, batch, regions, hours)", part: .model(id)) {
        state in
        var sheet = after
        sheet.rates = state.scenario.catalog[id].prices[0].rates
        for dimension in BillingDimension.allCases where after.rates[dimension] == nil {
          if let share = after.rates.share(of: dimension) {
            sheet.rates.setShare(share, of: dimension)
          } else if sheet.rates.share(of: dimension) != nil {
            sheet.rates[dimension] = nil
          }
        }
        sheet.fixedMonthly = state.scenario.catalog[id].prices[0].fixedMonthly
        state.scenario.catalog[id].prices[0] = sheet
      }
    }
  }

  // MARK: Failures and limits

  package mutating func addBehaviours() {
    addBehaviour(.failures, "failure rate", \.failureRate, GateWords.share)
    addBehaviour(.failures, "time limit", \.timeout) {
      $0.map(HumanFormat.duration) ?? "none"
    }
    addBehaviour(.failures, "latency", \.latency) { _ in "" }
    addBehaviour(.failures, "latency of a second of audio", \.latencyPerAudioSecond) {
      ExactText.duration($0)
    }
    addBehaviour(.failures, "quota", \.quota) { _ in "" }
    addBehaviour(.failures, "breaker", \.breaker) { _ in "" }
    addBehaviour(.cache, "prompt cache", \.promptCache) { _ in "" }
    addWindows()
    addAssistants()
    let new = head
    if base.outages != new.outages {
      add(.failures, "outages", "\(base.outages.count)", "\(new.outages.count)") {
        $0.scenario.outages = new.outages
      }
    }
    if base.retry != new.retry {
      add(.failures, "retries", "\(base.retry.max)", "\(new.retry.max)") {
        $0.scenario.retry = new.retry
      }
    }
    if base.billFailures != new.billFailures {
      add(
        .failures, "what a failed attempt costs", base.billFailures.rawValue,
        new.billFailures.rawValue
      ) { $0.scenario.billFailures = new.billFailures }
    }
  }

  private mutating func addWindows() {
    for model in reachable {
      let (from, to) = (base.catalog[model], head.catalog[model])
      guard from.contextWindow != to.contextWindow || from.overWindow != to.overWindow else {
        continue
      }
      add(
        .failures, "context window of \(to.name)", Self.window(from), Self.window(to)
      ) { state in
        state.scenario.catalog[model].contextWindow = to.contextWindow
        state.scenario.catalog[model].overWindow = to.overWindow
      }
    }
  }

  private static func window(_ model: Model) -> String {
    let size = model.contextWindow.map { HumanFormat.count($0) } ?? "none"
    return "\(size), \(model.overWindow.rawValue)"
  }

  /// What answers in a model's place, and what is asked where calls go.
  private mutating func addAssistants() {
    let (knowledge, classifier) = (head.knowledge, head.classifier)
    if base.knowledge != knowledge {
      add(.cache, "knowledge base") { $0.scenario.knowledge = knowledge }
    }
    if base.classifier != classifier {
      add(.routing, "classifier") { $0.scenario.classifier = classifier }
    }
  }

  /// Models whose behaviour changes alike are told together.
  private mutating func addBehaviour<Value: Equatable & Sendable>(
    _ cause: Cause, _ what: String, _ path: WritableKeyPath<TargetBehaviour, Value> & Sendable,
    _ text: (Value) -> String
  ) {
    var alike: [(from: Value, to: Value, models: [Int])] = []
    for place in reachable.map(\.index) {
      let from = base.behaviours[place][keyPath: path]
      let to = head.behaviours[place][keyPath: path]
      guard from != to else { continue }
      if let known = alike.firstIndex(where: { $0.from == from && $0.to == to }) {
        alike[known].models.append(place)
      } else {
        alike.append((from, to, [place]))
      }
    }
    for change in alike {
      let names = change.models.map { head.catalog.models[$0].name }
      let (models, to) = (change.models, change.to)
      add(cause, "\(what) of \(GateWords.few(names))", text(change.from), text(to)) { state in
        for place in models { state.scenario.behaviours[place][keyPath: path] = to }
      }
    }
  }
}

extension PriceSheet {
  /// Whether all but the plain prices is the same.
  fileprivate func hasRules(of other: PriceSheet) -> Bool {
    contextTiers == other.contextTiers && batch == other.batch
      && serviceTiers == other.serviceTiers && regions == other.regions
      && timesOfDay == other.timesOfDay && minimumAudio == other.minimumAudio
      && audioStep == other.audioStep && videoStep == other.videoStep
      && searchDocuments == other.searchDocuments
      && provisioned == other.provisioned && searchSizes == other.searchSizes
      && BillingDimension.allCases.allSatisfy { rates.share(of: $0) == other.rates.share(of: $0) }
  }
}
