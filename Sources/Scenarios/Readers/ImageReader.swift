import CostModel
import Support

/// Images that a call sends, whose tokens the models' rules tell.
package struct SentImages: Hashable, Sendable {
  package enum Detail: String, CaseIterable, Sendable { case low, high, auto }

  /// Pixels of each.
  package var width: Int64
  package var height: Int64
  package var detail = Detail.auto
  package var count: Int64 = 1
  /// Whether the call states its whole input, of which these are a part.
  package var isPartOfStatedInput = false
}

/// Reads images, and tells their tokens once it is known which models a call can reach.
package struct ImageReader {
  package static let largestSide: Int64 = 100_000
  private static let mostImages: Int64 = 10_000
  package let log: InputLog

  package func images(_ fields: Fields) -> SentImages? {
    guard let own = fields.fields("image", as: ScenarioFormat.image) else { return nil }
    if let node = fields["input_image"] {
      log.add(node.place, "'image' and 'input_image' exclude each other")
    }
    guard let width = own.count("width", in: 1...Self.largestSide),
      let height = own.count("height", in: 1...Self.largestSide)
    else { return nil }
    var images = SentImages(width: width, height: height)
    images.detail = own.choice("detail", of: SentImages.Detail.self) ?? .auto
    images.count = own.count("count", in: 0...Self.mostImages) ?? 1
    images.isPartOfStatedInput = fields.has("input")
    return images
  }

  /// A catalog's `image_tokens`.
  package func rule(_ node: YAMLNode) -> ImageTokens? {
    guard let fields = Fields(node, as: CatalogFormat.imageTokens, log: log) else { return nil }
    let tokens = 0...Int64(1_000_000)
    if let tiles = fields.fields("tiles", as: CatalogFormat.imageTiles), !fields.has("per_pixel") {
      guard let tile = tiles.count("tile", in: tokens),
        let edge = tiles.count("edge", in: 1...Self.largestSide)
      else { return nil }
      return .tiles(
        base: tiles.count("base", in: tokens) ?? 0, tile: tile, edge: edge,
        short: tiles.count("short", in: 1...Self.largestSide),
        long: tiles.count("long", in: 1...Self.largestSide))
    }
    if let node = fields["per_pixel"], !fields.has("tiles") { return perPixel(node) }
    log.add(node.place, "expected either 'tiles' or 'per_pixel'")
    return nil
  }

  /// `1/750`.
  private func perPixel(_ node: YAMLNode) -> ImageTokens? {
    guard let text = log.text(node) else { return nil }
    let parts = text.split(separator: "/").map {
      Int64($0.filter { !$0.isWhitespace }).flatMap { (1...1_000_000).contains($0) ? $0 : nil }
    }
    guard parts.count == 2, let tokens = parts[0], let pixels = parts[1] else {
      log.add(node.place, "expected tokens a pixel like 1/750, not '\(text)'")
      return nil
    }
    return .perPixel(tokens: tokens, pixels: pixels)
  }
}

extension Scenario {
  /// Gives calls that send images their tokens.
  package mutating func countImages() {
    let seen = self
    for place in workloads.indices {
      workloads[place].changeVariants { variant in
        guard case .success(let tokens)? = seen.imageTokens(of: variant) else { return }
        variant.send(tokens)
      }
    }
  }

  /// The same of calls that checks look at one by one; what cannot be told is an error at its place.
  package func countImages(of calls: inout [PlacedVariant], log: InputLog) {
    for place in calls.indices {
      guard let images = calls[place].variant.image,
        let result = imageTokens(of: calls[place].variant)
      else { continue }
      let at = calls[place].imagePlace ?? calls[place].place
      switch result {
      case .failure(let problem): log.add(at, problem.message, hint: problem.hint)
      case .success(let tokens):
        let most = calls[place].variant.input.largestValue
        if images.isPartOfStatedInput, most < Double(tokens) {
          log.add(
            at,
            "the images' \(HumanFormat.count(tokens)) tokens cannot be part of 'input', which is at most "
              + HumanFormat.number(most), hint: "'input' counts all of its tokens")
        }
        // An experiment's variant that names a model has the tokens that its calls have by their own route.
        var routed = calls[place].variant
        routed.pinned = nil
        if calls[place].variant.pinned != nil, case .success(let own)? = imageTokens(of: routed),
          own != tokens
        {
          log.add(
            at,
            "these images are \(HumanFormat.count(own)) tokens where the call is routed, and "
              + "\(HumanFormat.count(tokens)) of the model of an experiment's variant",
            hint: "name models that count alike, or state 'input_image'")
        }
        if !images.isPartOfStatedInput, !calls[place].variant.input.isConstant {
          log.add(at, "state 'input', of which the images' tokens are a part")
        }
        calls[place].variant.send(tokens)
      }
    }
  }

  /// Tells calls whose images a compared catalog counts otherwise: a comparison is of prices alone.
  package func checkImages(of calls: [PlacedVariant], in compared: ComparedCatalog, log: InputLog) {
    var priced = self
    priced.catalog = compared.catalog
    for call in calls {
      guard case .success(let tokens)? = priced.imageTokens(of: call.variant),
        let own = call.variant.meters[.inputImage], own.mean != Double(tokens)
      else { continue }
      log.add(
        call.imagePlace ?? call.place,
        "the compared catalog '\(compared.name)' counts these images as \(HumanFormat.count(tokens)) tokens "
          + "instead of \(HumanFormat.number(own.mean)), and a comparison is of prices alone",
        hint: "leave its 'image_tokens' out, or 'compare_catalog'")
    }
  }

  package struct ImageProblem: Error {
    package var message: String
    package var hint: String?
  }

  /// Tokens of all images of a call, if every model that it can reach counts them alike; nil: it sends none.
  private func imageTokens(of variant: Variant) -> Result<Int64, ImageProblem>? {
    guard let images = variant.image else { return nil }
    let routes = CallRoutes(scenario: self, variant: variant)
    var counts: [(model: String, tokens: Int64)] = []
    for id in routes.models {
      let model = catalog[id]
      guard let rule = model.imageTokens else {
        return .failure(
          ImageProblem(
            message:
              "this call sends images and can reach '\(model.name)', whose rule for their tokens is "
              + "not known",
            hint: "add 'image_tokens' to the catalog, or state the tokens as 'input_image'"))
      }
      let one = rule.count(
        width: images.width, height: images.height, isLowDetail: images.detail == .low)
      let (all, isTooMany) = one.multipliedReportingOverflow(by: images.count)
      guard !isTooMany, all <= CallReader.largestTokens else {
        return .failure(ImageProblem(message: "more tokens than a call can have"))
      }
      counts.append((model.name, all))
    }
    guard let first = counts.first else { return .success(0) }
    if let other = counts.first(where: { $0.tokens != first.tokens }) {
      return .failure(
        ImageProblem(
          message:
            "these images are \(HumanFormat.count(first.tokens)) tokens of '\(first.model)' and "
            + "\(HumanFormat.count(other.tokens)) of '\(other.model)', and this call can reach both",
          hint:
            "give such calls a tier or a task of models that count alike, or state 'input_image'"))
    }
    return .success(first.tokens)
  }
}

extension Variant {
  /// The tokens of its images, in place of those that it was given before.
  fileprivate mutating func send(_ tokens: Int64) {
    guard let image else { return }
    let before = meters[.inputImage]?.mean ?? 0
    meters[.inputImage] = tokens > 0 ? .fixed(Double(tokens)) : nil
    if !image.isPartOfStatedInput, case .fixed(let input) = input {
      self.input = .fixed(input - before + Double(tokens))
    }
  }
}
