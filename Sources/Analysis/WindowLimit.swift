import CostModel

/// What a model's context window does to calls of one shape; answers are taken to be of mean length.
package struct WindowLimit {
  /// The fewest input tokens that, with the answer, are more than the window holds.
  package let bound: Double
  /// Share of the calls that are larger.
  package let larger: Double
  /// Whether their input is cut, to one token below the bound; else they are refused.
  package let cuts: Bool

  /// nil: every call fits.
  package init?(_ model: Model, _ shape: CallShape) {
    guard let window = model.contextWindow.map(Double.init) else { return nil }
    bound = shape.windowBound(window)
    larger = shape.input(from: bound, below: .infinity).mass
    // Neither the static prefix nor images can be cut.
    cuts = model.overWindow == .truncate && bound - 1 >= shape.extraInput
    // What differences of distribution functions leave of nothing.
    guard larger > 1e-12 else { return nil }
  }

  package var refused: Double { cuts ? 0 : larger }
}

extension CallShape {
  /// The fewest input tokens for which a window of so many leaves no room for the mean answer.
  package func windowBound(_ window: Double) -> Double { (window - meanOutput).rounded(.down) + 1 }

  /// The share of the calls whose input leaves room for the mean answer.
  package func fitting(window: Double) -> Double {
    input(from: -.infinity, below: windowBound(window)).mass
  }
}
