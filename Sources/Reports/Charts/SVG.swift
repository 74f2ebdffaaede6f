import Support

/// Builds an SVG picture, element by element, with the same bytes for the same calls.
///
/// Colours are classes, so that the picture follows the reader's light or dark theme.
package struct SVG {
  package enum Anchor: String { case start, middle, end }

  package let width: Double
  package let height: Double
  /// Style rules beyond those of every picture, each with a line end in front.
  package var rules = ""
  private var body = ""

  /// Colours for series, by light and dark background; told apart by neighbours too.
  package static let palette: [(light: String, dark: String)] = [
    ("#1f6fb4", "#5aa9e6"), ("#c9680a", "#f2994a"), ("#2a8a4a", "#5cc47f"),
    ("#7a52b3", "#b394e8"), ("#8a6d1b", "#d8b84a"), ("#0f8b8d", "#4fc9cb"),
    ("#b0408f", "#e58ac8"), ("#5a6b7b", "#a3b3c2"), ("#c03a4b", "#f0788a"),
    ("#6b8e23", "#a9cc5c"), ("#8c4a2f", "#d08e70"), ("#3d4fb0", "#8e9cf0"),
  ]

  package init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The class of a series' colour.
  package static func series(_ index: Int) -> String { "s\(index % palette.count)" }

  package mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String
  ) {
    body +=
      "<line class=\"\(name)\" x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\"/>\n"
  }

  /// A line downwards, left out where it would run through words.
  package mutating func vertical(
    _ x: Double, _ top: Double, _ bottom: Double, class name: String,
    around words: [LabelLayout.Box]
  ) {
    var start = top
    for gap in words.compactMap({ $0.gap(at: x) }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if gap.lowerBound > start { line(x, start, x, min(gap.lowerBound, bottom), class: name) }
      start = max(start, gap.upperBound)
    }
    if start < bottom { line(x, start, x, bottom, class: name) }
  }

  package mutating func polyline(_ points: [(Double, Double)], class name: String) {
    let list = points.map { n($0.0) + "," + n($0.1) }.joined(separator: " ")
    body += "<polyline class=\"\(name)\" points=\"\(list)\"/>\n"
  }

  /// A place of a curve that is seen, and tells its value, under the pointer alone.
  package mutating func dot(_ x: Double, _ y: Double, class name: String, title: String) {
    circle(x, y, radius: 5, class: "dot " + name, title: title)
  }

  package mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, class name: String, title: String? = nil
  ) {
    let start = "<rect class=\"\(name)\" x=\"\(n(x))\" y=\"\(n(y))\""
    body += start + " width=\"\(n(width))\" height=\"\(n(height))\"" + end("rect", title)
  }

  package mutating func circle(
    _ x: Double, _ y: Double, radius: Double, class name: String, title: String? = nil
  ) {
    body +=
      "<circle class=\"\(name)\" cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\""
      + end("circle", title)
  }

  package mutating func text(
    _ text: String, _ x: Double, _ y: Double, anchor: Anchor = .start, class name: String = "t",
    rotated: Double? = nil, title: String? = nil
  ) {
    let turn = rotated.map { " transform=\"rotate(\(n($0)) \(n(x)) \(n(y)))\"" } ?? ""
    let hover = title.map { "<title>\(XMLText.escape($0))</title>" } ?? ""
    body += "<text class=\"\(name)\" x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor.rawValue)\""
    body += "\(turn)>\(hover)\(XMLText.escape(text))</text>\n"
  }

  /// A text in the middle of a place, or as near to it as the picture's edges let it.
  package mutating func text(_ text: String, around x: Double, _ y: Double, class name: String) {
    let half = Self.width(of: text) / 2
    let place = min(max(x, Self.edge + half), max(Self.edge + half, width - Self.edge - half))
    self.text(text, place, y, anchor: .middle, class: name)
  }

  private static let edge = 4.0

  /// The whole file. `description` is what a screen reader says.
  package func file(title: String, description: String) -> String {
    let size =
      "width=\"\(n(width))\" height=\"\(n(height))\" viewBox=\"0 0 \(n(width)) \(n(height))\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" \(size) role="img" aria-labelledby="title desc">
      <title id="title">\(XMLText.escape(title))</title>
      <desc id="desc">\(XMLText.escape(description))</desc>
      <style>
      \(Self.style)\(rules)
      </style>
      <rect class="background" x="0" y="0" width="\(n(width))" height="\(n(height))"/>
      \(body)</svg>

      """
  }

  /// A generous estimate of a text's width at 12 pixels: fonts differ between machines.
  package static func width(of text: String) -> Double {
    text.unicodeScalars.reduce(0) { $0 + ($1.value < 0x1100 ? 7.2 : 13) }
  }

  /// Places from left to right for things of these widths, in rows of 20 pixels below each other.
  package static func flow(_ widths: [Double], within width: Double) -> [(x: Double, y: Double)] {
    var x = 16.0
    var y = 0.0
    return widths.map { needed in
      if x > 16, x + needed > width - 16 {
        x = 16
        y += 20
      }
      defer { x += needed }
      return (x, y)
    }
  }

  /// The text in lines that `room` pixels hold, at a font of `size` pixels.
  package static func lines(of text: String, within room: Double, size: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, width(of: last + " " + word) * size / 12 <= room {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  /// At most `limit` characters, `…` in the middle where some are missing: names often differ at
  /// their ends.
  package static func shortened(_ text: String, to limit: Int) -> String {
    guard text.count > limit else { return text }
    return text.prefix(limit / 2) + "…" + text.suffix(limit - limit / 2 - 1)
  }

  private func end(_ element: String, _ title: String?) -> String {
    title.map { "><title>\(XMLText.escape($0))</title></\(element)>\n" } ?? "/>\n"
  }

  /// A coordinate to a tenth of a pixel.
  private func n(_ value: Double) -> String {
    DecimalText.trimmed(DecimalText.real(value, places: 1) ?? "0")
  }

  /// The rules of every picture, which a page with several of them needs once.
  package static let style: String = {
    func rules(_ ink: String, _ faint: String, _ grid: String, _ paper: String, _ alarm: String)
      -> String
    {
      """
      .background{fill:\(paper)} .t{fill:\(ink)} .h{fill:\(ink)} .f{fill:\(faint)} \
      .grid{stroke:\(grid)} .axis{stroke:\(faint)} .budget{stroke:\(alarm)} .b{fill:\(alarm)} \
      .mark{fill:\(paper);stroke:\(alarm)} .on{fill:\(paper)} .halo{stroke:\(paper)}
      """
    }
    func colours(_ colour: (Int) -> String) -> String {
      palette.indices.map { ".s\($0){fill:\(colour($0));stroke:\(colour($0))}" }
        .joined(separator: " ")
    }
    return """
      text{font:12px system-ui,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
      .h{font-size:15px;font-weight:600} .f,.on{font-size:11px}
      line{stroke-width:1} .budget{stroke-dasharray:5 4} polyline{stroke-width:2;stroke-linejoin:round}
      .mark{stroke-width:2} .dot{opacity:0} .dot:hover{opacity:1} .halo{stroke-width:4;stroke-linejoin:round;paint-order:stroke}
      \(rules("#1f2328", "#59636e", "#e4e7eb", "#ffffff", "#b3261e"))
      \(colours { palette[$0].light })
      polyline.series{fill:none} rect{stroke:none}
      @media screen and (prefers-color-scheme:dark){
      \(rules("#e6edf3", "#9aa7b4", "#2c333b", "#0d1117", "#ff7b72"))
      \(colours { palette[$0].dark })
      polyline.series{fill:none} rect{stroke:none}
      }
      """
  }()
}
