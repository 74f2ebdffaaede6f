import Foundation
import Support

/// A section of the index of all reports, which a verb adds and replaces when it is run again; what other
/// runs wrote stays. There is one for a subfolder.
package struct IndexSection {
  /// Markdown, as all of it.
  package var title: String
  /// The page that it links, relative to the index.
  package var link: String
  package var text: String

  package init(title: String, link: String, text: String) {
    self.title = title
    self.link = link
    self.text = text
  }

  /// An index with this section at its old place, or at the end; nil: there is no index yet.
  package func added(to index: String?) -> String {
    let own = "## [\(title)](\(link))\n\n\(text)\n\n"
    guard let index else { return "# Reports\n\n" + own }
    guard Self.found(link, in: index) != nil else {
      let end = index.hasSuffix("\n\n") ? "" : index.hasSuffix("\n") ? "\n" : "\n\n"
      return index + end + own
    }
    return Self.sections(of: index).map { Self.isOf(link, $0) ? own : String($0) }.joined()
  }

  /// The section of the subfolder that `link` leads to.
  static func found(_ link: String, in index: String) -> IndexSection? {
    guard let section = sections(of: index).first(where: { isOf(link, $0) }),
      let heading = section.firstMatch(of: /^## \[(.*)\]\(([^)]*)\)\n\n/)
    else { return nil }
    var text = section[heading.range.upperBound...]
    while text.last == "\n" { text.removeLast() }
    return IndexSection(
      title: String(heading.1), link: String(heading.2), text: String(text))
  }

  private static func sections(of index: String) -> [Substring] {
    index.replacing("\n## ", with: "\n\u{1}## ").split(separator: "\u{1}")
  }

  private static func isOf(_ link: String, _ section: Substring) -> Bool {
    let subfolder = link.prefix { $0 != "/" }
    return section.prefix { $0 != "\n" }.contains("](\(subfolder)/")
  }
}

/// `index.md` and `index.html` of the reports' folder: one page that leads to all others.
package enum ReportIndex {
  package static func claim(in folder: OutputFolder) throws(OutputError) {
    for file in ReportPage.files("index") { try folder.claim(file) }
  }

  /// Adds or replaces sections.
  package static func add(
    _ sections: [IndexSection], in folder: OutputFolder
  ) throws(OutputError) {
    try write(sections.reduce(known(in: folder)) { $1.added(to: $0) } ?? "", in: folder)
  }

  /// Writes pages of verbs that study a scenario into its subfolder, and links them from its section,
  /// or from one of their own, with their answer, where there is no report of the scenario.
  package static func write(
    _ pages: [(page: ReportPage, subfolder: String)], in folder: OutputFolder
  ) throws(OutputError) {
    var index = known(in: folder)
    for (page, subfolder) in pages {
      try page.write(to: subfolder, in: folder)
      let place = IndexMarkdown.linkTarget(subfolder)
      let link = "\(place)/\(page.name).md"
      var section = IndexSection(title: page.title, link: link, text: page.answer)
      if let found = index.flatMap({ IndexSection.found(link, in: $0) }), found.link != link {
        section = found
      }
      let all = pages.filter { $0.subfolder == subfolder }.map { $0.page.name + ".md" }
      section.text = IndexMarkdown.text(section.text, of: subfolder, besides: section.link) {
        all.contains($0)
          || FileManager.default.fileExists(atPath: "\(folder.path)/\(subfolder)/\($0)")
      }
      index = section.added(to: index)
    }
    try write(index ?? "", in: folder)
  }

  private static func known(in folder: OutputFolder) -> String? {
    try? String(contentsOfFile: folder.path + "/index.md", encoding: .utf8)
  }

  private static func write(_ text: String, in folder: OutputFolder) throws(OutputError) {
    try folder.write(text, to: "index.md")
    try folder.write(ReportHTML.text(text), to: "index.html")
  }
}
