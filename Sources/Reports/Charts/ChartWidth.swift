/// How wide a chart is drawn.
package enum ChartWidth: Double, Sendable {
  case page = 860
  case phone = 360
}

/// A chart as pages need it: for wide screens and paper, and for phones. Both are SVG.
package struct ChartPicture: Sendable {
  package let page: String
  package let phone: String

  package init(_ draw: (ChartWidth) -> String) {
    self.init(page: draw(.page), phone: draw(.phone))
  }

  private init(page: String, phone: String) {
    self.page = page
    self.phone = phone
  }

  /// nil where there is nothing to show.
  package static func ifAny(_ draw: (ChartWidth) -> String?) -> ChartPicture? {
    guard let page = draw(.page), let phone = draw(.phone) else { return nil }
    return ChartPicture(page: page, phone: phone)
  }
}

/// A chart's title and what stands below it, in as many lines as its width takes.
package struct ChartHeading {
  /// Pixels that the lines take beyond one line of each.
  package let room: Double
  private let title: [String]
  private let words: [String]

  package init(_ title: String, _ words: String, width: ChartWidth) {
    let room = width.rawValue - 32
    self.title = SVG.lines(of: title, within: room, size: 15)
    self.words = SVG.lines(of: words, within: room, size: 11)
    self.room = Double(self.title.count - 1) * 19 + Double(max(1, self.words.count) - 1) * 15
  }

  package func draw(_ svg: inout SVG) {
    for (index, line) in title.enumerated() {
      svg.text(line, 16, 28 + Double(index) * 19, class: "h")
    }
    let top = 48 + Double(title.count - 1) * 19
    for (index, line) in words.enumerated() {
      svg.text(line, 16, top + Double(index) * 15, class: "f")
    }
  }
}
