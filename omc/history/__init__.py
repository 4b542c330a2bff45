"""The archive: Parquet files, written without DuckDB (`writer`) and read with it (`reader`)."""
