/// Answers that have sold, kept to be given again: the more have been kept, the more requests they answer.
package struct KnowledgeBase: Hashable, Sendable {
  /// The share of requests that it never exceeds.
  package var ceiling: Double
  /// Conversions at which it answers half of the ceiling.
  package var halfAt: Double
  /// Conversions that it knows at the start.
  package var known = 0.0
  /// What is left of the prompt where it helps a model to answer; nil: it answers alone.
  package var prompt: Double?
  /// Names of the workloads that it learns from and answers.
  package var workloads: [String]

  /// The share of requests that it answers once it knows so many conversions.
  package func share(known: Double) -> Double { ceiling * known / (known + halfAt) }

  /// The mean share over requests, while conversions come to be known evenly.
  package func meanShare(learning conversions: Double, log: (Double) -> Double) -> Double {
    guard conversions > 1e-9 * halfAt else { return share(known: known) }
    let growth = log((known + conversions + halfAt) / (known + halfAt))
    return ceiling * (1 - halfAt / conversions * growth)
  }

  /// Tokens that are left of so many, the static prefix and images (`kept`) included.
  package func shortened(_ input: Int64, keeping kept: Int64) -> Int64 {
    guard let prompt else { return input }
    return kept + Int64((Double(input - kept) * prompt).rounded())
  }
}
