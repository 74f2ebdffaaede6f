/// Philox4x64-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel Random
/// Numbers: As Easy as 1, 2, 3" (SC'11), as in Random123 and NumPy: a block of four 64-bit words
/// is a pure function of key and counter, so that no draw depends on any other.
enum Philox {
  typealias Block = (UInt64, UInt64, UInt64, UInt64)

  @inline(__always)
  static func block(counter: Block, key: (UInt64, UInt64)) -> Block {
    var c = counter
    var k = key
    for _ in 0..<10 {
      let p = c.0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let q = c.2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      c = (q.high ^ c.1 ^ k.0, q.low, p.high ^ c.3 ^ k.1, p.low)
      k.0 &+= 0x9E37_79B9_7F4A_7C15
      k.1 &+= 0xBB67_AE85_84CA_A73B
    }
    return c
  }
}
