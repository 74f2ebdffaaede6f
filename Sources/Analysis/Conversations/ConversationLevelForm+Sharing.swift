import Foundation

/// D3 of docs/validation.md, "Conversations": a prefix that conversations share.
extension ConversationLevelForm {
  /// Seconds for which the calls of a conversation keep its prefix: E U = T + E Σ min(G, T).
  package var coveredTime: Double {
    let life = prefixLife
    return
      (life + toolCalls * afterTool.meanMin(life) + turns.mean * afterAnswer.meanMin(life)) / 1e6
  }

  /// Gaps of a conversation after which its own prefix has gone, in the mean.
  package var expiredGaps: Double {
    let life = prefixLife
    return toolCalls * (1 - afterTool.chance(below: life))
      + turns.mean * (1 - afterAnswer.chance(below: life))
  }

  /// The chance that others keep the prefix at some moment: no conversation covers it with chance
  /// e^{−λ E U} (void probability of a Poisson cluster process), and what covers it can be read only
  /// once it is readable, 1 − e^{−λ E U}(1 + λ·delay·K) with K = 1 + E#{G ≥ T}.
  /// - Parameters:
  ///   - rate: conversations a second that begin at the target.
  ///   - delay: seconds from a call's start until what it writes can be read.
  ///   - overlap: share of the time covered that others of the same cluster cover as well.
  package func keptByOthers(rate: Double, delay: Double, overlap: Double = 0) -> Double {
    guard rate > 0, prefixLife > 1e6 * delay else { return 0 }
    let covered = rate * coveredTime * (1 - overlap)
    return max(0, 1 - exp(-covered) * (1 + rate * delay * (1 + expiredGaps)))
  }
}
