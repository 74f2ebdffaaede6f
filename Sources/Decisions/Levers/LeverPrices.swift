import CostModel
import Scenarios

/// The months of a study of levers at the prices of the catalog that its scenario is compared with:
/// the same levers, in use or not as they are at the scenario's own prices.
package struct LeverPrices: Sendable {
  package let compared: ComparedCatalog
  package let base: Outcome
  /// By name of the lever; none where that catalog lacks a price that its calls need.
  package let months: [String: Outcome]
  /// With one lever after the other, in the study's order; nil as above.
  package let steps: [Outcome?]
  /// The scenario at those prices.
  package let scenario: Scenario

  /// nil if there is no catalog to compare with.
  package init?(
    _ tree: ScenarioTree, _ scenario: Scenario, results: [LeverResult], steps: [Lever],
    in file: [Lever], threads: Int
  ) throws {
    guard let compared = scenario.compared, let repriced = scenario.repriced(from: scenario) else {
      return nil
    }
    self.compared = compared
    self.scenario = repriced
    let alone = results.map { result in
      switch result.verdict {
      case .available: result.lever.with
      case .inUse: result.lever.without
      case .idle, .inapplicable: [] as [String]
      }
    }
    let together = steps.indices.map { LeverLab.overrides(of: Array(steps[...$0]), in: file) }
    let variants = (alone + together).map { overrides -> Scenario? in
      guard !overrides.isEmpty else { return nil }
      let variant = try? tree.variant(overrides, source: "levers").get()
      return variant?.repriced(from: scenario)
    }
    let outcomes = try Outcomes.simulated(
      [repriced] + variants.compactMap(\.self), of: scenario.plans[0], threads: threads)
    base = outcomes[0]
    var left = outcomes.dropFirst()
    let months = variants.map { $0 == nil ? nil : left.removeFirst() }
    self.months = Dictionary(
      zip(results, months).compactMap { result, month in month.map { (result.lever.name, $0) } },
      uniquingKeysWith: { first, _ in first })
    self.steps = Array(months.dropFirst(results.count))
  }

  /// Whether every month costs what it costs at the scenario's own prices.
  package func changeNothing(_ study: LeverStudy) -> Bool {
    base.amount == study.base.amount
      && study.results.allSatisfy { months[$0.lever.name]?.amount == $0.outcome?.amount }
      && zip(steps, study.steps).allSatisfy { $0?.amount == $1.outcome.amount }
  }

  /// The amount that a lever saves at these prices.
  package func saving(_ result: LeverResult) -> MoneySum? {
    months[result.lever.name].map { result.saving($0, from: base) }
  }

  /// The amount that a step saves beyond those before it.
  package func stepSaving(_ step: Int) -> MoneySum? {
    let before = step > 0 ? steps[step - 1] : base
    guard let before, let with = steps[step] else { return nil }
    return before.amount - with.amount
  }

  /// The month with all of the steps; nil if it has no price there.
  package var together: Outcome? { steps.last ?? base }
}

extension Scenario {
  /// At the prices of the catalog that it is compared with. A price that it states in another way
  /// than `base` does, as a lever may, holds whatever the catalog; a factor applies to either.
  ///
  /// nil if it is compared with none.
  fileprivate func repriced(from base: Scenario) -> Scenario? {
    guard let compared, let before = base.compared else { return nil }
    var result = self
    result.catalog = compared.catalog
    for (index, model) in catalog.models.enumerated() {
      let id = ModelID(UInt16(index))
      guard let old = base.catalog.id(named: model.name) else { continue }
      if model.prices != base.catalog[old].prices,
        compared.catalog[id].prices == before.catalog[old].prices
      {
        result.catalog[id].prices = model.prices
      }
    }
    return result
  }
}
