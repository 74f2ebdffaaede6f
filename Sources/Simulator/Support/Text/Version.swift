/// The version of this program, as `--version` and run.json tell it.
enum Version {
  static let current = "0.1.0"
}
