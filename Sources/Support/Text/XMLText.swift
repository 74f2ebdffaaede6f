/// Text in XML, SVG and HTML, which no CI server takes for a command either.
package enum XMLText {
  /// Text as XML shows it; characters that XML 1.0 forbids, or that turn text round, become `�`.
  /// Lines and tabs become spaces unless they are kept, as an attribute keeps them.
  package static func escape(_ text: String, keepsLines: Bool = false) -> String {
    var result = ""
    var last: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      defer { last = scalar }
      switch scalar {
      case "#" where last == "#": result += "&#35;"
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result += keepsLines ? "&#\(scalar.value);" : " "
      case _
      where scalar.properties.generalCategory == .control
        || scalar.properties.isBidiControl || (0xFFFE...0xFFFF).contains(scalar.value):
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
