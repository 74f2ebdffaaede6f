import CostModel
import Foundation
import Testing

@testable import Catalogs

/// Wheels are zip archives.
@Suite struct ZipArchiveTests {
  /// Three deflated members, one of them a price list of one model.
  static let wheel =
    Data(
      base64Encoded: """
        UEsDBBQAAAAIAAAAIVpDv6ajBAAAAAIAAAASAAAAbGl0ZWxsbS9vdGhlci5qc29uq64FAFBLAwQUAAAACAAAACFa\
        4bAFmmsAAACkAAAAMwAAAGxpdGVsbG0vbW9kZWxfcHJpY2VzX2FuZF9jb250ZXh0X3dpbmRvd19iYWNrdXAuanNv\
        bm3NMQ6DMAyF4asgzyC1HRh6GQsRV1hNsOU4LIi7N0EMHRj/9w1vhwTvbofITjEmVJONA1kdQaHvIEmgFvMyeWte\
        tTjOkh2VDF2+tFZ/0vAYK0vxW39dnouqmGfcOLM0cSv0Dxo+eJ5cdhw/UEsDBBQAAAAIAAAAIVqAkhK6EAAAAA4A\
        AAAgAAAAbGl0ZWxsbS0xLjIuMy5kaXN0LWluZm8vTUVUQURBVEHzS8xNtVLIySxJzcnJ5QIAUEsBAhQDFAAAAAgA\
        AAAhWkO/pqMEAAAAAgAAABIAAAAAAAAAAAAAAIABAAAAAGxpdGVsbG0vb3RoZXIuanNvblBLAQIUAxQAAAAIAAAA\
        IVrhsAWaawAAAKQAAAAzAAAAAAAAAAAAAACAATQAAABsaXRlbGxtL21vZGVsX3ByaWNlc19hbmRfY29udGV4dF93\
        aW5kb3dfYmFja3VwLmpzb25QSwECFAMUAAAACAAAACFagJISuhAAAAAOAAAAIAAAAAAAAAAAAAAAgAHwAAAAbGl0\
        ZWxsbS0xLjIuMy5kaXN0LWluZm8vTUVUQURBVEFQSwUGAAAAAAMAAwDvAAAAPgEAAAAA
        """) ?? Data()

  @Test func membersAreUnpackedAndChecked() throws {
    let bytes = [UInt8](Self.wheel)
    #expect(ZipArchive.isZip(bytes))
    let archive = try ZipArchive(bytes)
    #expect(
      archive.members.map(\.name) == [
        "litellm/other.json", "litellm/model_prices_and_context_window_backup.json",
        "litellm-1.2.3.dist-info/METADATA",
      ])
    #expect(try archive.contents(of: archive.members[0]) == Array("{}".utf8))
    #expect(try archive.contents(of: archive.members[2]) == Array("Name: litellm\n".utf8))
  }

  /// Wherever an archive is cut off or a byte is another one: an error or the right content, and
  /// never anything else.
  @Test func damageIsFound() throws {
    let whole = [UInt8](Self.wheel)
    let sound = try contents(whole)
    var errors = 0
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 0x55
      do {
        let found = try contents(bytes)
        #expect(found.count < 3 || found == sound, "byte \(place)")
      } catch { errors += 1 }
      if place.isMultiple(of: 7) {
        #expect(throws: ZipArchive.Problem.self) { try contents(Array(whole[..<place])) }
      }
    }
    #expect(errors > whole.count / 3)
  }

  private func contents(_ bytes: [UInt8]) throws -> [[UInt8]] {
    let archive = try ZipArchive(bytes)
    return try archive.members.map { try archive.contents(of: $0) }
  }

  @Test func aWheelIsImportedWithItsVersion() throws {
    let folder = try ScenarioFolder()
    try folder.write("litellm.whl", data: Self.wheel)
    let source = PriceListSource(kind: .litellm, path: folder.path("litellm.whl"))
    let result = try source.read(filter: CatalogFilter(), checked: nil)
    #expect(result.catalog.source == "litellm 1.2.3")
    #expect(result.catalog.models.map(\.name) == ["m"])
    #expect(result.catalog.models[0].capabilities == ["chat", "vision", "pdf_input"])
    let other = PriceListSource(kind: .genAIPrices, path: folder.path("litellm.whl"))
    #expect {
      try other.read(filter: CatalogFilter(), checked: nil)
    } throws: {
      "\($0)".hasSuffix("litellm.whl: error: no list of genai-prices in this archive")
    }
  }
}
