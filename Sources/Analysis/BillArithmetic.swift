import CostModel
import Foundation
import Scenarios

/// The expected bill of a plan as products that a spreadsheet can compute, largest first: users × volume ×
/// share × misses × attempts × units × price (docs/semantics.md, "Arithmetic").
package struct BillArithmetic: Sendable {
  /// What a factor is.
  package enum Role: String, CaseIterable, Sendable {
    case users, months, volume
    /// What makes the users' mean volume another one than the stated: account plans, activities, surges.
    case activity
    /// Of a workload's runs: of its mix; of what the policy routes so; of a flow's steps and experiments.
    case share, route, step
    /// Not answered by the response cache.
    case misses
    /// Billed attempts of a call: retries, fallbacks, what is found in a prompt cache.
    case attempts
    /// Tokens and the like of an attempt; of a conversation: of all its calls.
    case units
  }

  package struct Factor: Hashable, Sendable {
    package var role: Role
    package var value: Double
  }

  /// Products that have price and words in common.
  package struct Line: Sendable {
    /// nil: a fixed price.
    package var useCase: String?
    package var model: String
    /// nil: a fixed price.
    package var dimension: BillingDimension?
    package var isConversation: Bool
    /// In each product, before the price.
    package var common: [Factor]
    /// To be added up; empty: the common factors are all.
    package var terms: [[Factor]]
    /// Dollars for so many units.
    package var price: Double
    package var per: Double

    /// How many decimal digits of what no file states are written.
    package func formula(digits: Int) -> String {
      let sum = terms.map { Self.product($0, digits) }
      let middle = sum.isEmpty ? [] : [sum.count == 1 ? sum[0] : "(\(sum.joined(separator: "+")))"]
      let factors = common.map { BillArithmetic.text($0.value, digits) } + middle
      let unit = per == 1 ? "" : "/" + BillArithmetic.text(per, 12)
      return "=" + (factors + [BillArithmetic.text(price, 12)]).joined(separator: "*") + unit
    }

    private static func product(_ factors: [Factor], _ digits: Int) -> String {
      factors.isEmpty
        ? "1" : factors.map { BillArithmetic.text($0.value, digits) }.joined(separator: "*")
    }

    /// What the formula comes to, dollars.
    package func amount(digits: Int) -> Double {
      func product(_ factors: [Factor]) -> Double {
        factors.reduce(1) { $0 * BillArithmetic.rounded($1.value, digits) }
      }
      let sum = terms.isEmpty ? 1 : terms.reduce(0) { $0 + product($1) }
      return product(common) * sum * BillArithmetic.rounded(price, 12) / per
    }

    /// The roles of its factors, in their order, each once.
    package var roles: [Role] {
      let used = Set((common + terms.joined()).map(\.role))
      return Role.allCases.filter(used.contains)
    }
  }

  /// At most ten.
  package private(set) var lines: [Line] = []
  /// Products beyond the tenth, and what they come to, in dollars.
  package private(set) var smaller: (count: Int, dollars: Double) = (0, 0)
  /// Dollars that are no product: half a cent and more.
  package private(set) var rest = 0.0
  /// Dollars of the period.
  package let total: Double
  package let users: Int
  /// Significant digits of factors that make the sum right to the cent.
  package private(set) var digits = 4

  /// More would not fit on a screen.
  private static let mostLines = 10
  /// Terms that are added up in one formula; more are told by their mean.
  private static let mostTerms = 4
  /// Terms that are looked through for those that are alike.
  private static let mostMerged = 100

  /// nil: the bill is not known, or nothing.
  package init?(_ cost: ExpectedCost) {
    guard cost.total.isFinite, cost.total > 0 else { return nil }
    (total, users) = (cost.total, cost.traffic.users)
    var all = Self.groups(cost).map { Self.line($0.key, $0.terms, cost) } + Self.fixed(cost)
    let amounts = all.map { $0.amount(digits: 17) }
    let order = all.indices.sorted { (-amounts[$0], $0) < (-amounts[$1], $1) }
    rest = total - amounts.reduce(0, +)
    if rest.magnitude < max(1e-9 * total, 1e-12) { rest = 0 }
    let rare = order.dropFirst(Self.mostLines)
    smaller = (rare.count, rare.reduce(0) { $0 + amounts[$1] })
    all = order.prefix(Self.mostLines).map { all[$0] }
    lines = all
    while digits < 15, !isRight { digits += 1 }
  }

  /// What all of it adds up to as it is written, in dollars.
  package var sum: Double {
    lines.reduce(0) { $0 + $1.amount(digits: digits) } + Self.rounded(smaller.dollars, 12)
      + Self.rounded(rest, 12)
  }

  private var isRight: Bool {
    let unit = total >= 1 ? 0.01 : pow(10, (log10(total) - 2).rounded(.down))
    return (sum / unit).rounded() == (total / unit).rounded()
  }

  // MARK: Numbers as they are written

  /// In plain decimals, with so many significant digits but all of a whole number.
  package static func text(_ value: Double, _ digits: Int) -> String {
    guard value != 0, value.isFinite else { return "0" }
    let places = digits - 1 - Int(log10(value.magnitude).rounded(.down))
    let text = String(format: "%.\(min(max(0, places), 30))f", value)
    guard text.contains(".") else { return text }
    return String(text.reversed().drop { $0 == "0" }.reversed()).trimmingPoint
  }

  /// The number that is written.
  package static func rounded(_ value: Double, _ digits: Int) -> Double {
    Double(text(value, digits)) ?? 0
  }
}

extension String {
  fileprivate var trimmingPoint: String { hasSuffix(".") ? String(dropLast()) : self }
}

// MARK: What there is to multiply

extension BillArithmetic {
  private struct Key: Hashable {
    var useCase: String
    var model: String
    var dimension: BillingDimension
    var price: Double
    var isConversation: Bool
  }

  private struct Term {
    var factors: [Factor]
    var value: Double { factors.reduce(1) { $0 * $1.value } }
  }

  private static func groups(_ cost: ExpectedCost) -> [(key: Key, terms: [Term])] {
    var places: [Key: Int] = [:]
    var groups: [(key: Key, terms: [Term])] = []
    func add(_ key: Key, _ term: Term) {
      guard term.value != 0 else { return }
      if let place = places[key] {
        groups[place].terms.append(term)
      } else {
        places[key] = groups.count
        groups.append((key, [term]))
      }
    }
    for call in cost.calls {
      let workload = cost.scenario.workloads[call.workload]
      let useCase = cost.useCase(of: call)
      let isConversation = workload.conversation != nil
      let before = factors(of: call, isConversation, cost)
      for (model, billed) in billed(call, cost) {
        for item in billed {
          let key = Key(
            useCase: useCase, model: model, dimension: item.dimension, price: item.price,
            isConversation: isConversation)
          let after =
            isConversation
            ? [Factor(role: .units, value: call.perFlow * item.units)]
            : [
              Factor(role: .attempts, value: item.attempts),
              Factor(role: .units, value: item.attempts > 0 ? item.units / item.attempts : 0),
            ]
          add(key, Term(factors: before + after))
        }
      }
    }
    return groups
  }

  /// How often such calls are made and not answered by the response cache; of conversations, how many
  /// there are.
  private static func factors(
    of call: ExpectedCall, _ isConversation: Bool, _ cost: ExpectedCost
  ) -> [Factor] {
    let traffic = cost.traffic
    let workload = cost.scenario.workloads[call.workload]
    let users = traffic.usersOfPlan[call.accountPlan]
    let flows = traffic.flows[call.workload][call.accountPlan]
    guard users > 0, workload.volume > 0 else { return [Factor(role: .users, value: 0)] }
    var result = [
      Factor(role: .users, value: users),
      Factor(role: .months, value: traffic.volumeMonths[call.workload]),
      Factor(role: .volume, value: workload.volume),
      Factor(role: .activity, value: flows / (users * workload.volume)),
    ]
    if !isConversation, call.share > 0, call.variant.share > 0 {
      result += [
        Factor(role: .share, value: call.variant.share),
        Factor(role: .route, value: call.share / call.variant.share),
        Factor(role: .step, value: call.perFlow / call.share),
      ]
    }
    return result + [Factor(role: .misses, value: 1 - call.hitRate)]
  }

  /// By model: what a call that is no hit is billed for there, in the mean over the times of its prices.
  private static func billed(
    _ call: ExpectedCall, _ cost: ExpectedCost
  ) -> [(model: String, items: [AttemptCosts.Billed])] {
    let attempts = AttemptCosts(scenario: cost.scenario)
    var sums: [[AttemptCosts.Billed]] = []
    for era in cost.eras[call.workload] {
      let billed = attempts.billed(call, at: era.time)
      if sums.isEmpty { sums = billed.map { _ in [] } }
      for (place, items) in billed.enumerated() {
        for item in items { item.add(to: &sums[place], share: era.share) }
      }
    }
    let names =
      call.chain.map(\.name)
      + call.variant.uses.map { use in
        cost.scenario.catalog.id(named: use.model).map(cost.name) ?? use.model
      }
    return Array(zip(names, sums))
  }

  // MARK: Lines

  private static func line(_ key: Key, _ terms: [Term], _ cost: ExpectedCost) -> Line {
    let (price, per) = written(key.price, of: key.dimension)
    var line = Line(
      useCase: key.useCase, model: key.model, dimension: key.dimension,
      isConversation: key.isConversation, common: [], terms: [], price: price, per: per)
    let merged = merged(terms)
    if merged.count > mostTerms {
      line.common = mean(merged, cost).filter(\.isTold)
      return line
    }
    func value(_ role: Role, _ term: Term) -> Double? {
      term.factors.first { $0.role == role }?.value
    }
    var own = merged.map { _ in [Factor]() }
    for role in Role.allCases {
      let values = merged.map { value(role, $0) ?? 1 }
      if let first = values.first, values.allSatisfy({ isSame($0, first) }) {
        line.common.append(Factor(role: role, value: first))
      } else {
        for (place, value) in values.enumerated() {
          own[place].append(Factor(role: role, value: value))
        }
      }
    }
    line.common = line.common.filter(\.isTold)
    let isOne = own.allSatisfy(\.isEmpty)
    line.terms = isOne ? [] : own.map { $0.filter { $0.value != 1 } }
    return line
  }

  private static func isSame(_ a: Double, _ b: Double) -> Bool {
    (a - b).magnitude <= 1e-12 * max(a.magnitude, b.magnitude)
  }

  /// Terms that differ in one factor alone are one, with the sum of it: users, shares, and what a
  /// conversation's calls use.
  private static func merged(_ terms: [Term]) -> [Term] {
    // So many are told by their mean in any case.
    guard terms.count <= mostMerged else { return terms }
    var result: [Term] = []
    for term in terms {
      var isNew = true
      for place in result.indices where isNew {
        guard let factor = onlyDifference(result[place], term) else { continue }
        result[place].factors[factor].value += term.factors[factor].value
        isNew = false
      }
      if isNew { result.append(term) }
    }
    return result
  }

  /// The place of the one factor in which two terms differ, if it is one whose sum means something.
  private static func onlyDifference(_ a: Term, _ b: Term) -> Int? {
    guard a.factors.map(\.role) == b.factors.map(\.role) else { return nil }
    let places = a.factors.indices.filter { !isSame(a.factors[$0].value, b.factors[$0].value) }
    guard places.count <= 1, let place = places.first ?? a.factors.indices.first else { return nil }
    switch a.factors[place].role {
    case .users, .share, .route, .step: return place
    case .units: return a.factors.contains { $0.role == .attempts } ? nil : place
    case .months, .volume, .activity, .misses, .attempts: return nil
    }
  }

  /// Users, what one of them makes, and the mean units of that.
  private static func mean(_ terms: [Term], _ cost: ExpectedCost) -> [Factor] {
    let users = Double(cost.traffic.users)
    let units = terms.reduce(0) { $0 + $1.value }
    let made = terms.reduce(0) { sum, term in
      sum + term.factors.reduce(1) { $0 * ($1.role == .units ? 1 : $1.value) }
    }
    let months = cost.traffic.months
    return [
      Factor(role: .users, value: users), Factor(role: .months, value: months),
      Factor(role: .volume, value: made / (users * months)),
      Factor(role: .units, value: made > 0 ? units / made : 0),
    ]
  }

  /// As people state such a price: of a million tokens, of an hour.
  private static func written(
    _ price: Double, of dimension: BillingDimension
  ) -> (price: Double, per: Double) {
    let per: Double =
      dimension.isTokens || dimension == .characters
      ? 1_000_000 : dimension.isTime ? 3_600 : 1_000
    return (price * per, per)
  }

  private static func fixed(_ cost: ExpectedCost) -> [Line] {
    cost.fixedPrices.filter { $0.dollars != 0 }.map { item in
      Line(
        useCase: nil, model: item.model, dimension: nil, isConversation: false,
        common: [Factor(role: .months, value: cost.traffic.months)].filter(\.isTold), terms: [],
        price: item.dollars / cost.traffic.months, per: 1)
    }
  }
}

extension BillArithmetic.Factor {
  /// A factor of 1 changes nothing.
  fileprivate var isTold: Bool { role == .users || (value - 1).magnitude > 1e-12 }
}
