import CostModel

/// A/B test: the calls of some workloads are shared out among variants, the first of which is the
/// control (docs/semantics.md, "Experiments").
package struct Experiment: Hashable, Sendable {
  /// Who is given a variant.
  package enum Unit: String, CaseIterable, Sendable {
    /// A user, for good: all of the user's calls are of one variant.
    case user
    /// Each call, or flow, for itself.
    case call
  }

  /// One variant and what it changes; nil, 0 and 1 change nothing.
  package struct Arm: Hashable, Sendable {
    package var name: String
    package var share: Double
    /// In place of the one that the policy chooses.
    package var model: ModelID?
    /// Tokens of the static prefix, in place of the calls' own.
    package var systemPrompt: Int64?
    /// Tokens added to the static prefix.
    package var addedPrompt: Int64 = 0
    /// On the visible output tokens.
    package var outputFactor = 1.0
    /// Recorded only: it does not change what a call costs.
    package var temperature: Double?
    /// Of calls that have one.
    package var conversion: Double?
    package var satisfaction: Double?
  }

  package enum Metric: String, CaseIterable, Sendable { case conversion, satisfaction }

  /// The difference that the test shall be able to see.
  package struct Detect: Hashable, Sendable {
    package enum Size: Hashable, Sendable {
      /// As a fraction: 0.02 is two points.
      case points(Double)
      /// Of the control's rate.
      case relative(Double)
    }

    /// nil: conversion, or satisfaction where nothing can convert.
    package var metric: Metric?
    /// nil: what the variants' stated rates differ by.
    package var size: Size?
    /// Chance to see it; nil: the standard one.
    package var power: Double?
    /// Chance to see one where there is none; nil: the standard one.
    package var significance: Double?

    package init(
      metric: Metric? = nil, size: Size? = nil, power: Double? = nil, significance: Double? = nil
    ) {
      self.metric = metric
      self.size = size
      self.power = power
      self.significance = significance
    }
  }

  package var name: String
  /// By name.
  package var workloads: [String]
  package var unit = Unit.user
  /// Of the workloads' calls, those that the variants change; empty: all.
  package var conditions: [Policy.Condition] = []
  /// Shares add up to 1.
  package var arms: [Arm]
  package var detect = Detect()

  /// Whether the call is one that variants change.
  package func concerns(_ variant: Variant) -> Bool {
    !variant.isClassifier && conditions.allSatisfy { $0.holds(for: variant.attributes) }
  }

  /// How the call looks in that variant.
  package func variant(_ variant: Variant, in number: Int) -> Variant {
    guard concerns(variant) else { return variant }
    let arm = arms[number]
    var changed = variant
    if let model = arm.model {
      changed.pinned = Policy.Rule(
        name: "experiment \(name): \(arm.name)", conditions: [], choice: .model(model))
    }
    changed.prefixTokens = (arm.systemPrompt ?? variant.prefixTokens) + arm.addedPrompt
    changed.output = variant.output.scaled(by: arm.outputFactor)
    if let meter = variant.drawnWhole[.output] { changed.meters[meter] = changed.output }
    if variant.conversion != nil { changed.conversion = arm.conversion ?? variant.conversion }
    if variant.satisfaction != nil {
      changed.satisfaction = arm.satisfaction ?? variant.satisfaction
    }
    return changed
  }
}

extension Experiment.Arm {
  /// Whether its system prompt is another text than the control's, which a provider's prompt cache
  /// tells apart.
  package var hasOwnPrompt: Bool { systemPrompt != nil || addedPrompt > 0 }
}

extension Scenario {
  /// The experiment that a workload's calls take part in, by number.
  package func experiment(of workload: Workload) -> Int? {
    experiments.firstIndex { $0.workloads.contains(workload.name) }
  }
}

extension Distribution {
  /// Every value times a factor.
  package func scaled(by factor: Double) -> Distribution {
    switch self {
    case _ where factor == 1: self
    case .fixed(let value): .fixed(value * factor)
    case .uniform(let low, let high): .uniform(low: low * factor, high: high * factor)
    case .lognormal(let mean, let cv, let cap):
      .lognormal(mean: mean * factor, cv: cv, cap: cap.map { $0 * factor })
    case .histogram(let bins):
      .histogram(
        bins.map { Bin(low: $0.low * factor, high: $0.high * factor, weight: $0.weight) })
    }
  }
}
