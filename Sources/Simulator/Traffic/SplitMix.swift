/// SplitMix64 of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA'14), as
/// in Java's SplittableRandom, used as a counter-based generator: a word is a pure function of where its
/// sequence starts and of its place in it, so that no draw depends on any other.
package enum SplitMix {
  /// Four words that follow one another.
  package typealias Block = (UInt64, UInt64, UInt64, UInt64)

  /// From one place of a sequence to the next: the golden ratio's.
  package static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The n-th four words, from 0, of the sequence that starts at a seed.
  @inline(__always)
  package static func block(_ n: UInt64, from seed: UInt64) -> Block {
    let first = seed &+ (4 &* n &+ 1) &* step
    return (
      mixed(first), mixed(first &+ step), mixed(first &+ 2 &* step), mixed(first &+ 3 &* step)
    )
  }

  /// A sequence, word by word.
  package struct Words {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
      state &+= SplitMix.step
      return SplitMix.mixed(state)
    }
  }

  /// The generator's finaliser, one-to-one (D. Stafford's variant 13 of MurmurHash3's).
  @inline(__always)
  package static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
