import CostModel
import Scenarios
import Support

/// Finds rows that cannot be replayed for want of a model: a rule keeps the log's model for them,
/// and the log names none, or one that the catalog does not have.
///
/// A row that any of the compared policies needs is judged by all of them, so that all replay the
/// same rows.
package struct ModelCheck: Sendable {
  private struct Demand: Sendable {
    var policy: Policy
    var catalog: Catalog
    /// By the piece's model number.
    var isKnown: [Bool] = []
    /// What is said of unknown names.
    var problems: [String: String] = [:]
  }

  private var demands: [Demand] = []
  /// Whether the log's names are guarded against spreadsheets.
  package var isGuarded = false
  /// By the piece's kind number, the demands that keep its model.
  private var keepers: [[Int]] = []

  /// nil: no policy ever keeps the log's model.
  package init?(_ scenarios: [Scenario]) {
    for scenario in scenarios
    where scenario.policy.rules.contains(where: { $0.choice == .logged }) {
      demands.append(Demand(policy: scenario.policy, catalog: scenario.catalog))
    }
    if demands.isEmpty { return nil }
  }

  /// A policy that keeps the log's model for every row, if there is one.
  package var keepsAll: String? {
    demands.first { $0.policy.rules.allSatisfy { $0.choice == .logged } }?.policy.name
  }

  /// Begins with a piece of the log that numbers its names anew.
  package mutating func forgetNames() {
    keepers.removeAll(keepingCapacity: true)
    for number in demands.indices { demands[number].isKnown.removeAll(keepingCapacity: true) }
  }

  /// Whether no row can have a problem that names a model.
  package mutating func knowsAll(_ symbols: TraceSymbols) -> Bool {
    for number in demands.indices { addModels(symbols, to: number) }
    return demands.allSatisfy { !$0.isKnown.contains(false) }
  }

  /// What is wrong with a row's model; nil if nothing is.
  @inline(__always)
  package mutating func problem(_ row: TraceRow, _ symbols: TraceSymbols) -> String? {
    if Int(row.kind) >= keepers.count { addKinds(symbols) }
    for number in keepers[Int(row.kind)] {
      if row.model == TraceRow.none {
        return "no model, and the policy '\(demands[number].policy.name)' keeps the log's "
          + "(--set model=NAME names one)"
      }
      if Int(row.model) >= demands[number].isKnown.count { addModels(symbols, to: number) }
      if !demands[number].isKnown[Int(row.model)] {
        return unknown(name(row.model, symbols), number)
      }
    }
    return nil
  }

  private func name(_ model: UInt32, _ symbols: TraceSymbols) -> String {
    let name = symbols.models.name(model)
    return isGuarded ? SpreadsheetGuard.bare(name) : name
  }

  /// Looked for once a name, however many rows have it.
  private mutating func unknown(_ name: String, _ number: Int) -> String {
    let demand = demands[number]
    if let known = demand.problems[name] { return known }
    let text = unknown(name, demand)
    demands[number].problems[name] = text
    return text
  }

  private func unknown(_ name: String, _ demand: Demand) -> String {
    let problem = ModelNames.problem(name, in: demand.catalog)
    let isUnknown = demand.catalog.resolve(name) == .unknown
    return problem.message + (isUnknown ? ", expected one of the catalog" : "")
      + ", since the policy '\(demand.policy.name)' keeps the log's"
      + (problem.hint.map { "; \($0)" } ?? "")
  }

  private mutating func addKinds(_ symbols: TraceSymbols) {
    for kind in keepers.count..<symbols.kindCount {
      let seen = ReplaySource.attributes(symbols.attributes(ofKind: kind, isGuarded: isGuarded))
      keepers.append(
        demands.indices.filter { demands[$0].policy.firstMatch(seen)?.choice == .logged })
    }
  }

  private mutating func addModels(_ symbols: TraceSymbols, to number: Int) {
    for id in demands[number].isKnown.count..<symbols.models.count {
      let name = name(UInt32(id), symbols)
      demands[number].isKnown.append(demands[number].catalog.id(named: name) != nil)
    }
  }
}
