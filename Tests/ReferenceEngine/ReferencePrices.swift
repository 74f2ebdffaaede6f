/// Prices from one moment on, in picodollars for so many units.
public struct ReferencePrices {
  public struct Price {
    public var picodollars: Int128
    public var per: Int128

    public init(_ picodollars: Int128, per: Int128) {
      (self.picodollars, self.per) = (picodollars, per)
    }
  }

  public struct Card {
    /// nil: unpriced, and nothing is due.
    public var input: Price?
    public var output: Price?
    /// nil: as input.
    public var cacheRead: Price?
    /// nil: as input.
    public var cacheWrite: Price?
    /// nil: as input.
    public var image: Price?
    /// nil: as input.
    public var spoken: Price?
    /// nil: as output.
    public var outputImage: Price?
    /// nil: as output.
    public var outputSpoken: Price?
    /// Of what is billed by the piece, video a microsecond, by name.
    public var pieces: [String: Price] = [:]
    /// nil: as output.
    public var reasoning: Price?
    /// Per microseconds.
    public var audio: Price?
    public var call: Price?

    public init(input: Price?, output: Price?) { (self.input, self.output) = (input, output) }

    /// The card of calls in a tier that states these prices: what it does not state goes up or down
    /// with the input or output price that it is part of.
    public func repriced(by tier: Card) -> Card {
      var card = Card(input: tier.input ?? input, output: tier.output ?? output)
      func part(_ path: WritableKeyPath<Card, Price?>, of whole: WritableKeyPath<Card, Price?>) {
        card[keyPath: path] = tier[keyPath: path]
        guard card[keyPath: path] == nil, let old = self[keyPath: path] else { return }
        guard let from = self[keyPath: whole], let to = card[keyPath: whole], from.picodollars > 0
        else {
          card[keyPath: path] = tier[keyPath: whole] == nil ? old : nil
          return
        }
        let top = old.picodollars * to.picodollars * from.per
        let bottom = old.per * from.picodollars * to.per
        var (a, b) = (top, bottom)
        while b != 0 { (a, b) = (b, a % b) }
        card[keyPath: path] = Price(top / a, per: bottom / a)
      }
      for path in [\Card.cacheRead, \.cacheWrite, \.image, \.spoken] { part(path, of: \.input) }
      for path in [\Card.reasoning, \.outputImage, \.outputSpoken] { part(path, of: \.output) }
      card.audio = tier.audio ?? audio
      card.call = tier.call ?? call
      card.pieces = pieces.merging(tier.pieces) { $1 }
      return card
    }
  }

  public var from = Int64.min
  public var card: Card
  /// Reprices the whole call whose total input exceeds the threshold.
  public var tier: (threshold: Int64, card: Card)?
  /// Numerator and denominator.
  public var batch: (Int64, Int64) = (1, 1)
  public var regions: [String: (Int64, Int64)] = [:]
  public var minimumAudio: Int64 = 0
  /// Audio and video are billed in whole steps of so long; 0: as they are.
  public var audioStep: Int64 = 0
  public var videoStep: Int64 = 0
  /// Documents of one billed search; 0: they are none.
  public var searchDocuments: Int64 = 0

  public init(card: Card) { self.card = card }
}

/// What one attempt is billed for, and what that costs.
public struct ReferenceBill: Equatable {
  public var input: Int64 = 0
  /// Part of the input.
  public var cached: Int64 = 0
  /// Part of the input.
  public var images: Int64 = 0
  /// Part of the input.
  public var written: Int64 = 0
  /// By name, none of them 0; image tokens are those beside `images`.
  public var meters: [String: Int64] = [:]
  /// Reasoning included.
  public var output: Int64 = 0
  public var reasoning: Int64 = 0
  public var audio: Int64 = 0
  public var calls: Int64 = 0
  public var inputCost: Int64 = 0
  public var outputCost: Int64 = 0
  public var otherCost: Int64 = 0

  public init() {}

  mutating func price(with sheets: [ReferencePrices], arrival: Int64, batch: Bool, region: String?)
  {
    guard let sheet = sheets.last(where: { $0.from <= arrival }) else { return }
    var card = sheet.card
    if let tier = sheet.tier, input > tier.threshold { card = tier.card }
    var factors: [(Int64, Int64)] = []
    if batch { factors.append(sheet.batch) }
    if let region, let factor = sheet.regions[region] { factors.append(factor) }
    func cost(_ quantity: Int64, _ price: ReferencePrices.Price?) -> Int64 {
      guard let price, quantity > 0 else { return 0 }
      var top = Int128(quantity) * price.picodollars
      var bottom = price.per
      for factor in factors {
        top *= Int128(factor.0)
        bottom *= Int128(factor.1)
      }
      return halfToEven(top, bottom)
    }
    // Cached tokens are text first; what speech and then images the fresh input has no room for is not
    // billed.
    let fresh = input - cached - written
    let freshSpeech = min(meters["input_audio"] ?? 0, fresh)
    let freshImages = min(images + (meters["input_image"] ?? 0), fresh - freshSpeech)
    inputCost =
      cost(fresh - freshSpeech - freshImages, card.input)
      + cost(freshSpeech, card.spoken ?? card.input)
      + cost(freshImages, card.image ?? card.input)
      + cost(cached, card.cacheRead ?? card.input)
      + cost(written, card.cacheWrite ?? card.input)
    let said = meters["output_audio"] ?? 0
    let drawn = meters["output_image"] ?? 0
    outputCost =
      cost(output - reasoning - said - drawn, card.output)
      + cost(reasoning, card.reasoning ?? card.output)
      + cost(said, card.outputSpoken ?? card.output)
      + cost(drawn, card.outputImage ?? card.output)
    func whole(_ used: Int64, _ step: Int64) -> Int64 {
      step == 0 ? used : (used + step - 1) / step * step
    }
    let seconds = audio == 0 ? 0 : whole(max(audio, sheet.minimumAudio), sheet.audioStep)
    otherCost = cost(seconds, card.audio) + cost(calls, card.call)
    for (name, price) in card.pieces {
      var quantity = meters[name] ?? 0
      let documents = meters["documents"] ?? 0
      switch name {
      case "video": quantity = whole(quantity, sheet.videoStep)
      case "documents" where sheet.searchDocuments > 0: quantity = 0
      case "searches" where sheet.searchDocuments > 0:
        quantity += whole(documents, sheet.searchDocuments) / sheet.searchDocuments
      default: break
      }
      otherCost += cost(quantity, price)
    }
  }

  /// Takes what was metered; what is more than the total that it is a part of is cut to it: speech first,
  /// then images, which `images` are among.
  /// - Parameter least: where speech is all of the input but that: so many tokens of it are something else.
  mutating func take(_ all: [String: Int64], speechIsAllBut least: Int64?) {
    meters = all
    if let least { meters["input_audio"] = min(all["input_audio"] ?? 0, input - least) }
    let speech = min(meters["input_audio"] ?? 0, input - images)
    meters["input_audio"] = speech
    meters["input_image"] =
      min((all["input_image"] ?? 0) + images, input - speech) - images
    let said = min(all["output_audio"] ?? 0, output - reasoning)
    meters["output_audio"] = said
    meters["output_image"] = min(all["output_image"] ?? 0, output - reasoning - said)
    meters = meters.filter { $0.value != 0 }
  }

  private func halfToEven(_ top: Int128, _ bottom: Int128) -> Int64 {
    let quotient = top / bottom
    let twice = 2 * (top % bottom)
    let isUp = twice > bottom || (twice == bottom && quotient % 2 == 1)
    return Int64(quotient + (isUp ? 1 : 0))
  }

  static func + (a: ReferenceBill, b: ReferenceBill) -> ReferenceBill {
    var sum = a
    sum.input += b.input
    sum.cached += b.cached
    sum.images += b.images
    sum.written += b.written
    sum.meters.merge(b.meters, uniquingKeysWith: +)
    sum.output += b.output
    sum.reasoning += b.reasoning
    sum.audio += b.audio
    sum.calls += b.calls
    sum.inputCost += b.inputCost
    sum.outputCost += b.outputCost
    sum.otherCost += b.otherCost
    return sum
  }
}
