/// How many input tokens a model counts an image as.
public enum ImageTokens: Hashable, Sendable {
  /// `base`, and `tile` for every square of `edge` pixels that the image touches, after it was made smaller
  /// to fit into `long` × `long` and then until its short side is `short`; nil: it is not. At low detail
  /// `base` alone. (OpenAI's rule, platform.openai.com/docs/guides/images-vision.)
  case tiles(base: Int64, tile: Int64, edge: Int64, short: Int64?, long: Int64?)
  /// A token for so many pixels, rounded up. (Anthropic's rule: 750,
  /// platform.claude.com/docs/en/build-with-claude/vision.)
  case perPixel(tokens: Int64, pixels: Int64)

  /// Tokens of one image. Exact: sides are made smaller as fractions and not rounded to pixels.
  /// - Parameters:
  ///   - width: Pixels, from 1.
  ///   - height: Likewise.
  ///   - isLowDetail: Whether the request asks for a small copy of it.
  public func count(width: Int64, height: Int64, isLowDetail: Bool = false) -> Int64 {
    switch self {
    case .perPixel(let tokens, let pixels):
      let product = Int128(width) * Int128(height) * Int128(tokens)
      return Int64(clamping: (product + Int128(pixels) - 1) / Int128(pixels))
    case .tiles(let base, let tile, let edge, let short, let long):
      if isLowDetail { return base }
      // The factor is the smallest of 1, long / the longer side and short / the shorter one.
      var factor = (part: Int128(1), whole: Int128(1))
      for (side, limit) in [(max(width, height), long), (min(width, height), short)] {
        guard let limit, Int128(limit) * factor.whole < Int128(side) * factor.part else { continue }
        factor = (Int128(limit), Int128(side))
      }
      let tiles = [width, height].map { side in
        let size = Int128(side) * factor.part
        let square = Int128(edge) * factor.whole
        return max(1, (size + square - 1) / square)
      }
      return Int64(clamping: Int128(base) + Int128(tile) * tiles[0] * tiles[1])
    }
  }
}
