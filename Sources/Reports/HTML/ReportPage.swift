import Support

/// A page about a scenario or a claims file, as Markdown and as HTML with its charts inside.
package struct ReportPage: Sendable {
  /// What its files are called: `forecast` are `forecast.md` and `forecast.html`.
  package var name: String
  package var markdown: String
  /// Charts by path beside the page.
  package var charts: [String: ChartPicture]

  package init(name: String, markdown: String, charts: [String: ChartPicture] = [:]) {
    self.name = name
    self.markdown = markdown
    self.charts = charts
  }

  /// Its first heading, without the mark.
  var title: String {
    String(markdown.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " })
  }

  /// The paragraph behind its title.
  var answer: String {
    let blocks = markdown.split(separator: "\n\n", maxSplits: 2)
    return blocks.count > 1 ? String(blocks[1]) : ""
  }

  /// What a page of the name is written as, its charts apart.
  package static func files(_ name: String) -> [String] { [name + ".md", name + ".html"] }

  /// Into a subfolder of the reports' folder.
  package func write(to subfolder: String, in folder: OutputFolder) throws(OutputError) {
    for (path, chart) in charts { try folder.write(chart.page, to: "\(subfolder)/\(path)") }
    try folder.write(markdown, to: "\(subfolder)/\(name).md")
    try folder.write(
      ReportHTML.text(markdown, charts: charts, home: "../index.html"),
      to: "\(subfolder)/\(name).html")
  }
}
