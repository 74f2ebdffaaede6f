import CostModel
import Foundation
import Scenarios
import Support

/// A price list of somebody else's: a file, or a wheel that has one in it.
package struct PriceListSource {
  package var kind: PriceListKind
  package var path: String

  package init(kind: PriceListKind, path: String) {
    self.kind = kind
    self.path = path
  }

  /// Everything that the filter lets through, with an account of all entries.
  package func read(filter: CatalogFilter, checked: CivilDate?) throws -> CatalogImport {
    let (bytes, version) = try contents()
    let tree = try parse(bytes)
    var result = CatalogImport(
      of: kind.rawValue, filter: filter, rules: try PriceListRules.shipped())
    result.catalog.name = kind.rawValue
    result.catalog.source =
      version.map { "\(kind.rawValue) \($0)" } ?? "\(kind.rawValue) (\(fileName))"
    result.catalog.checked = checked
    switch kind {
    case .litellm: LiteLLMImporter.read(tree, into: &result)
    case .genAIPrices: GenAIPricesImporter.read(tree, into: &result)
    }
    guard result.entries > 0 else {
      throw error("no prices in it, expected a list of \(kind.rawValue)")
    }
    result.fillSources()
    return result
  }

  private var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

  private func error(_ message: String) -> BadInput {
    BadInput(message: "\(path): error: \(message)")
  }

  /// The list's bytes, and the wheel's version.
  private func contents() throws -> ([UInt8], version: String?) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw error("no such file")
    }
    guard !isFolder.boolValue, let file = FileHandle(forReadingAtPath: path) else {
      throw error("cannot be read, expected a file")
    }
    if let problem = FileClaims.read(file.fileDescriptor, path) { throw error(problem) }
    let data: Data
    do {
      data = try file.read(upToCount: InputLimit.archiveBytes.value + 1) ?? Data()
    } catch {
      throw self.error("cannot be read, expected a file")
    }
    if data.count > InputLimit.archiveBytes.value {
      throw error(InputLimit.archiveBytes.exceeded(by: "bytes"))
    }
    let bytes = [UInt8](data)
    guard ZipArchive.isZip(bytes) else {
      if bytes.count <= InputLimit.priceListBytes.value { return (bytes, nil) }
      throw error(InputLimit.priceListBytes.exceeded(by: "bytes"))
    }
    do throws(ZipArchive.Problem) {
      let archive = try ZipArchive(bytes)
      guard let member = archive.members.first(where: { kind.isList($0.name) }) else {
        throw ZipArchive.Problem(message: "no list of \(kind.rawValue) in this archive")
      }
      let info = archive.members.first { $0.name.hasSuffix(".dist-info/METADATA") }?.name
      let folder = info?.split(separator: "/").first?.dropLast(".dist-info".count)
      return (
        try archive.contents(of: member), folder?.split(separator: "-").last.map(String.init)
      )
    } catch {
      throw self.error(error.message)
    }
  }

  private func parse(_ bytes: [UInt8]) throws -> DataTree {
    var bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var start = 0
    if kind == .genAIPrices, let list = Self.pythonList(bytes) { start = list }
    do throws(DataTreeParser.Problem) {
      return try DataTreeParser.parse(bytes, from: start)
    } catch {
      throw BadInput(message: "\(path):\(error.line): error: \(error.message)")
    }
  }

  /// Where `providers: list[Provider] = [` has its list, in a Python module.
  private static func pythonList(_ bytes: [UInt8]) -> Int? {
    let text = Data(bytes)
    guard let name = text.range(of: Data("\nproviders".utf8)),
      let equals = text.range(of: Data("= ".utf8), in: name.upperBound..<text.endIndex)
    else { return nil }
    return equals.upperBound
  }
}

extension PriceListKind {
  /// The list in a wheel.
  fileprivate func isList(_ member: String) -> Bool {
    switch self {
    case .litellm:
      member.hasPrefix("litellm/model_prices_and_context_window") && member.hasSuffix(".json")
    case .genAIPrices: member == "genai_prices/data.py" || member == "genai_prices/data.json"
    }
  }
}
