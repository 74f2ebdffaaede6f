import CostModel

/// How models are judged for a kind of call (docs/decisions.md, "Models").
package struct SelectionRules: Sendable {
  /// Of the parts of a score.
  package struct Weights: Hashable, Sendable {
    package var quality: Double
    package var latency: Double
    package var cost: Double
    package var conversion: Double
  }

  /// How good one model is at some calls.
  package struct Figure: Sendable {
    package var model: ModelID
    /// All calls for which these hold.
    package var conditions: [Policy.Condition]
    /// 0 to 1.
    package var quality: Double
    package var source: String
  }

  /// Figures that can be compared with one another.
  package struct Scale: Sendable {
    package var name: String
    /// What it is, in a few words.
    package var title: String
    package var figures: [Figure]

    /// The first figure of the model that is about calls like these.
    package func figure(of model: ModelID, for call: CallAttributes) -> Figure? {
      figures.first { $0.model == model && call.satisfies($0.conditions) }
    }
  }

  package var weights: Weights
  /// The latency and the cost of a call at which their parts of the score are used up.
  package var latencyScale: SimDuration
  package var costScale: MoneySum
  /// The model where none is left; nil: none is proposed.
  package var fallback: ModelID?
  /// Tasks that take a capability of the same name.
  package var needs: Set<String>
  /// Share of the calls that a context window must hold.
  package var fits: Double
  /// The first that can compare two models counts.
  package var scales: [Scale]
  /// Of the mean.
  package var maxLatency: SimDuration?
  /// Of the mean call.
  package var maxCost: MoneySum?
  package var minQuality: Double?
  /// Stands for the quality of models without a figure; nil: they are not scored.
  package var standIn: Double?
}
