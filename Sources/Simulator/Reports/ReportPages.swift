import Foundation

/// Pages that other verbs write beside a scenario's report, which the index links where they are.
enum ReportPages {
  private static let known = [
    ("forecast.md", "the months to come"), ("levers.md", "what would save how much"),
    ("stress.md", "what may go wrong"),
  ]

  /// Those in the folder of a scenario's report, as file name and words.
  static func present(in folder: String) -> [(file: String, title: String)] {
    known.filter { FileManager.default.fileExists(atPath: folder + "/" + $0.0) }
      .map { (file: $0.0, title: $0.1) }
  }
}
