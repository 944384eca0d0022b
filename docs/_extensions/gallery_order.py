"""The order of the examples, from dimensionality reduction to custom autoencoders."""

PATH = (
    # Dimensionality reduction of a table, and searches.
    "plot_how_many_dimensions",
    "plot_compare_with_pca",
    "plot_grid_search",
    "plot_pruned_search",
    # Embeddings, latent space, features.
    "plot_tsne_of_codes",
    "plot_map_of_images",
    "plot_sparse_codes_as_features",
    # Denoising, sequences.
    "plot_remove_noise",
    "plot_sequences_of_any_length",
    # Data frames, missing values, synthetic data.
    "plot_table_of_mixed_types",
    "plot_missing_values",
    "plot_synthetic_rows",
    # Outlier detection, semi-supervised learning, own networks.
    "plot_explain_outliers",
    "plot_outlying_columns",
    "plot_outliers_in_heartbeats",
    "plot_semi_supervised",
    "plot_own_keras_network",
    "plot_a_family_of_your_own",
    # The tutorials, in their own order.
    "plot_simple",
    "plot_sparse",
    "plot_deep",
    "plot_convolutional",
    "plot_denoising",
    "plot_recurrent",
    "plot_variational",
    "plot_stacked",
)


class GalleryOrder:
    """Key by which sphinx-gallery sorts the files of a folder."""

    def __init__(self, src_dir):
        self.src_dir = src_dir

    def __call__(self, filename: str) -> tuple[int, str]:
        """Place on the path; what has none comes last."""
        name = filename.removesuffix(".py")
        return PATH.index(name) if name in PATH else len(PATH), name

    def __repr__(self) -> str:
        return "GalleryOrder"
