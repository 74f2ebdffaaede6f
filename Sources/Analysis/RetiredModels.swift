import CostModel
import Scenarios
import Simulator
import Support

/// A model that a catalog says is switched off before a period ends.
package struct RetiredModel: Hashable, Sendable {
  package var name: String
  package var date: CivilDate
  /// Whether it is so on the period's first day already.
  package var isBeforeStart: Bool

  /// nil: it is there on all days, or its end has no date.
  package init?(_ model: Model, in period: Period) {
    guard let date = model.deprecated, let first = period.days.first?.date,
      let last = period.days.last?.date, date <= last
    else { return nil }
    self.name = model.name
    self.date = date
    isBeforeStart = date <= first
  }

  /// `is switched off on 1 November 2025 by that catalog, before this plan begins: the calls …`
  package func words(catalog: String) -> String {
    "on \(HumanFormat.date(date)) by \(catalog), before this plan \(isBeforeStart ? "begins" : "ends"): "
      + "the calls need another model"
  }
}

extension Scenario {
  /// Models that calls may be sent to, or that a line of the budget may send them to, and that the
  /// scenario's own catalog says are switched off before the period ends; in the catalog's order.
  package var retiredModels: [RetiredModel] {
    guard catalog.models.contains(where: { RetiredModel($0, in: period) != nil }) else { return [] }
    let compiled = CompiledScenario(self)
    var reached = CompiledRouting(compiled).reachableModels(compiled)
    for action in budget?.actions ?? [] {
      reached.formUnion(CompiledAction(action, compiled).reachableModels(compiled))
    }
    return reached.sorted().compactMap { RetiredModel(catalog.models[$0], in: period) }
  }
}
