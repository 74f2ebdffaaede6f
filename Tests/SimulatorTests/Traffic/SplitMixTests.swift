import Testing

@testable import Simulator

/// Known answers of SplitMix64: its authors' C code (prng.di.unimi.it/splitmix64.c) from the seed 1234567.
@Test func splitMixGivesItsAuthorsWords() {
  let expected: [UInt64] = [
    6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
    4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
  ]
  var words = SplitMix.Words(seed: 1_234_567)
  #expect(expected.map { _ in words.next() } == expected)
  let (first, second) = (SplitMix.block(0, from: 1_234_567), SplitMix.block(1, from: 1_234_567))
  #expect([first.0, first.1, first.2, first.3, second.0] == expected)
}
