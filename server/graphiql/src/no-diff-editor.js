// Stands in for Monaco's two diff editors, which its API names and this page never opens.

export class DiffEditorWidget {}
export class MultiDiffEditorWidget {}
