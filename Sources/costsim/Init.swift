import ArgumentParser
import Foundation
import Support

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a commented scenario to start from, with its catalog and policy.",
    discussion: """
      Example: costsim init my-company && costsim run my-company/scenario.yaml

      The scenario, and so the folder of its reports, is named after the folder.
      """)

  @Argument(help: "Folder to make; nothing in it is overwritten.")
  var folder: String

  @OptionGroup var printing: PrintOptions

  func run() throws {
    for (name, _) in StarterFiles.all
    where FileManager.default.fileExists(atPath: folder + "/" + name) {
      throw BadInput(message: "\(folder)/\(name): error: it is there already, expected a new file")
    }
    let output = try OutputFolder(path: folder)
    for (name, text) in StarterFiles.named(after: folder) { try output.write(text, to: name) }
    try output.commit()
    let files = StarterFiles.all.map { JSONValue.string("\(folder)/\($0.name)") }
    printing.show(
      json: .object([("files", .array(files))]),
      text: "Now: costsim run \(PlainEnglish.visible(folder))/scenario.yaml\n")
  }
}
