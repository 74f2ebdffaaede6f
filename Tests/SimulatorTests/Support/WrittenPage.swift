import Foundation

@testable import Reports

/// A page as its reader gets it.
enum WrittenPage {
  /// The page without the script that every page of HTML has, so that another one can be seen.
  static func withoutOwnScript(_ page: String) -> String {
    page.replacingOccurrences(of: "<script>\(PageScript.text)</script>", with: "")
  }
}
