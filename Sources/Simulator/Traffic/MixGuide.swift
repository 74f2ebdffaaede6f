import Support

/// Where the search for a place in a mix may start, by the first six bits of the place.
package enum MixGuide {
  private static let bits: UInt64 = 6
  /// Cells of a guide.
  package static let count = 1 << bits + 1

  /// The cell of a place in [0, 1): `place + 1` may be rounded up into the next one, which the
  /// cells allow for.
  @inline(__always)
  package static func cell(_ place: Double) -> Int {
    Int(truncatingIfNeeded: (place + 1).bitPattern &>> (52 - bits))
      &- Int(truncatingIfNeeded: (1.0).bitPattern &>> (52 - bits))
  }

  /// By cell: how many of the ascending shares any place in it has passed.
  package static func cells(of shares: some Sequence<Double>) -> [UInt16] {
    (0..<count).map { cell in
      let lowest = Double(cell) / Double(1 << bits) - 0x1p-52
      return UInt16(shares.reduce(0) { $0 + ($1 <= lowest ? 1 : 0) })
    }
  }
}

/// Which of a pool's prompts is used: the k-th in proportion to k^−exponent.
package struct PromptPool: Sendable {
  private let own: [Double]
  private let alias: [Int]

  package init(size: Int, exponent: Double) {
    let weights = (1...max(1, size)).map { rank in
      ExactMath.exp(-exponent * ExactMath.log(Double(rank)))
    }
    (own, alias) = AliasTable.build(weights: weights)
  }

  @inline(__always)
  package func draw(_ word: UInt64) -> UInt64 {
    UInt64(AliasTable.draw(own: own, alias: alias, word))
  }
}
